import { describeRowSource } from '#lib/catalog/read-row-sources.ts';
import { checksSql, createRolesSql, missingRolesSql } from '#lib/export/checks-sql.ts';
import { planRowsPart, refreshStatements, sequenceStatements, terminate } from '#lib/export/plan-script.ts';
import { onOneLine, psqlSettings } from '#lib/export/script-head.ts';
import type { Manifest } from '#lib/manifest/manifest.ts';
import { largeObjectStatements, rolesOfLargeObjects } from '#lib/restore/stage-large-objects.ts';
import { listRoles } from '#lib/schema/list-roles.ts';
import type { SchemaEntry } from '#lib/schema/schema-entry.ts';
import { type Layout, scriptFrame } from './script-frame.ts';
import { hereDocument, quoteShell } from './shell.ts';

export interface RestoreScriptOptions {
  manifest: Manifest;
  entries: readonly SchemaEntry[];
  layout: Layout;
  /** Where the repository is, for a script that lies in one. */
  location: string;
  /** The words with which the script's `object` fetches an object: its name and size, or path, size and SHA-256. */
  wordsOf: (object: { name: string; stored: number }) => string;
}

/**
 * The script that restores a backup with psql, a decompressor and sha256sum alone. Schema scripts and rows are fetched
 * as they are stored; what is small (large objects' owners, sequences, refreshes) stands in the script itself. Pure.
 */
export function restoreScript(options: RestoreScriptOptions): string {
  const { manifest, entries, wordsOf } = options;
  const roles = listRoles(entries);
  const ofObjects = rolesOfLargeObjects(manifest.largeObjects);
  const named = new Set([...Object.values(roles).flat(), ...Object.values(ofObjects).flat()]);
  const all = { roles: named, grantable: named };
  const statements = (list: readonly string[]): string[] =>
    list.length === 0 ? [] : [hereDocument('sql', list.map(terminate).join(''))];
  const object = (ref: { name: string; stored: number }): string => `object ${wordsOf(ref)}\n`;
  const tables = manifest.tables.filter(({ chunks }) => chunks.length > 0);
  const produce = [
    // Without the settings that only psql's own output needs, which its options say.
    hereDocument('sql', `${psqlSettings.join('\n')}\n${checksSql(manifest)}`),
    ...missingRoles([...named].sort()),
    'say "schema"\n',
    object(manifest.schema.preData),
    ...statements(largeObjectStatements(manifest.largeObjects, all)),
    'say "rows"\n',
    ...tables.flatMap((table) => {
      const label = quoteShell(onOneLine(`${describeRowSource(table)}: ${table.rows} rows`));
      return planRowsPart(table).flatMap((part) => {
        if (part.kind === 'sql') return [hereDocument('sql', part.text)];
        if (part.around === 'each') {
          return table.chunks.flatMap((chunk) => [
            hereDocument(`table ${label}`, part.before),
            object(chunk),
            hereDocument('sql', part.after),
          ]);
        }
        return [hereDocument(`table ${label}`, part.before), ...table.chunks.map(object), 'end_rows\n'];
      });
    }),
    'say "indexes, keys and the rest of the schema"\n',
    object(manifest.schema.postData),
    ...statements(sequenceStatements(manifest.sequences)),
    ...statements(refreshStatements(manifest)),
    ...statements(['analyze']),
  ];
  return scriptFrame({
    layout: options.layout,
    title: onOneLine(describeBackup(manifest)),
    location: quoteShell(options.location.replace(/^file:/, '')),
    program: manifest.codec,
    summary: quoteShell(`Restored ${summarize(manifest)}`),
    produce: produce.join(''),
  });
}

/** What stands in the place of the script where the repository is encrypted. */
export function encryptedRestoreScript(manifest: Pick<Manifest, 'id' | 'connection'>): string {
  const says = [
    `This repository is encrypted: backup ${manifest.id} of connection ${manifest.connection} cannot be read without Holdfast.`,
    'Set HOLDFAST_KEY to the key of the backup, and either restore it (holdfast restore),',
    'or write it out decrypted, with a restore.sh that needs nothing but psql:',
    `  holdfast export ${manifest.id} --format directory -o FOLDER`,
  ];
  return `#!/bin/sh\n${says.map((line) => `printf '%s\\n' ${quoteShell(line)} >&2\n`).join('')}exit 3\n`;
}

function missingRoles(roles: readonly string[]): string[] {
  if (roles.length === 0) return [];
  const make = hereDocument('sql', createRolesSql(roles));
  const refuse = hereDocument(
    'sql',
    missingRolesSql(roles, 'Create them, or let --create-roles make them without login.'),
  );
  return [`if [ "$create_roles" = yes ]; then\n${make}else\n${refuse}fi\n`];
}

function describeBackup({ id, connection, source, snapshot }: Manifest): string {
  return `Restores backup ${id} of connection ${connection}: database ${source.database}, PostgreSQL ${source.version}, as of ${snapshot.takenAt}.`;
}

function summarize(manifest: Manifest): string {
  const { id, snapshot, tables, totals, sequences, matviews, largeObjects } = manifest;
  const refreshed = matviews.filter(({ populated }) => populated).length;
  const counts = [
    `${tables.filter(({ kind }) => kind !== 'large-objects').length} tables`,
    `${totals.rows} rows`,
    `${sequences.length} sequences`,
    `${largeObjects.length} large objects`,
    `${refreshed} materialized views`,
  ];
  return `backup ${id} as of ${snapshot.takenAt}: ${counts.join(', ')},`;
}
