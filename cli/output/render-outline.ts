import type { KnownOutline } from '#lib/manifest/outline.ts';
import {
  describeBytes,
  describeCount,
  describeDuration,
  describeMany,
  describeTime,
} from '#lib/report/describe-amounts.ts';
import { renderFacts } from './render-table.ts';
import type { Terminal } from './terminal.ts';

/** A backup for people who do not have its key: what it tells to everybody. */
export function renderOutline(terminal: Terminal, outline: KnownOutline): string {
  const { source, snapshot, totals, tables, git, label } = outline;
  const facts: [string, string][] = [
    ...(label === null ? [] : [['label', label] satisfies [string, string]]),
    ['snapshot', `${describeTime(snapshot.takenAt)}${snapshot.lsn === null ? '' : `, LSN ${snapshot.lsn}`}`],
    ['source', `PostgreSQL ${source.version}`],
    [
      'rows',
      `${describeCount(totals.rows)} in ${describeMany(tables, 'table')}, ${describeBytes(totals.bytes)} of COPY text`,
    ],
    [
      'stored',
      `${describeBytes(totals.stored)} in ${describeMany(totals.chunks, 'chunk')} (${outline.codec}), ${describeBytes(totals.newStored)} of it new`,
    ],
    ['took', describeDuration(Date.parse(outline.completedAt) - Date.parse(outline.startedAt))],
    ['run', outline.run],
    ...(git.sha === null ? [] : [['commit', git.sha] satisfies [string, string]]),
    ['sealed', `under key id ${outline.keyId}, which is not given: this is its outline, unchecked`],
  ];
  return [`Backup ${terminal.paint('bold', outline.id)} of ${outline.connection}`, renderFacts(terminal, facts)].join(
    '\n',
  );
}
