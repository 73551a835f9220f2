import type { Manifest } from '#lib/manifest/manifest.ts';
import { restoreSessionSettings } from '#lib/schema/restore-session-settings.ts';
import { missingRolesSql } from './checks-sql.ts';

/**
 * The settings under which psql reads the rows' text as it was written. Whatever statements answer is of no interest:
 * errors are on stderr.
 */
export const psqlSettings: readonly string[] = [
  '\\set ON_ERROR_STOP on',
  '\\set QUIET on',
  '\\o /dev/null',
  ...restoreSessionSettings.map((setting) => `${setting};`),
  "set datestyle = 'ISO, YMD';",
  "set intervalstyle = 'postgres';",
  "set timezone = 'UTC';",
  "set lc_monetary = 'C';",
  'set array_nulls = on;',
  'set default_transaction_read_only = off;',
];

/** The beginning of a script: what it is, the settings, and a look for the roles that it names. Pure. */
export function scriptHead(
  manifest: Manifest,
  about: { roles: readonly string[]; leftOut: readonly { object: string; reason: string }[] },
): string {
  const comments = [
    `Backup ${manifest.id} of connection ${manifest.connection}: database ${manifest.source.database},`,
    `PostgreSQL ${manifest.source.version}, as of ${manifest.snapshot.takenAt}. Written by holdfast export.`,
    '',
    `Restore it into an empty database: ${manifest.codec === 'zstd' ? 'zstd -dc' : 'gzip -dc'} FILE | psql -X -d URL`,
    ...about.leftOut.map(({ object, reason }) => `Not in it: ${object} (${reason})`),
  ];
  const lines = comments.map((text) => `-- ${onOneLine(text)}`.trimEnd());
  return [
    ...lines,
    '',
    ...psqlSettings,
    missingRolesSql(about.roles, 'Create them (create role NAME), or export again with --no-owner --no-privileges.'),
    '',
  ].join('\n');
}

/** Names come from databases, and a newline would end the comment. */
export function onOneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ');
}
