import type { ReactNode } from 'react';
import { RunLink } from '#app/runs/run-link.tsx';
import { Bytes } from '#app/ui/bytes.tsx';
import { Duration } from '#app/ui/duration.tsx';
import { Time } from '#app/ui/time.tsx';
import type { BackupView } from '#lib/backup-view/read-backup-view.ts';
import type { KnownOutline } from '#lib/manifest/outline.ts';
import { describeCount, describeMany, describeTime } from '#lib/report/describe-amounts.ts';

type Fact = readonly [name: string, value: ReactNode];

/** What a backup tells of itself: all of it, or as much as everybody may know where its key is not given. */
export function backupFacts(outline: KnownOutline, { manifest, pin }: Pick<BackupView, 'manifest' | 'pin'>): Fact[] {
  const { snapshot, source, database, totals, tables, git, run, keyId, codec, holdfast } = outline;
  const tookMs = Math.max(0, Date.parse(outline.completedAt) - Date.parse(outline.startedAt));
  return [
    ['label', outline.label],
    ['begun', <Time key="begun" value={outline.startedAt} exact />],
    ['snapshot', `${describeTime(snapshot.takenAt)}${snapshot.lsn === null ? '' : `, LSN ${snapshot.lsn}`}`],
    ['took', <Duration key="took" ms={tookMs} />],
    ['source', `PostgreSQL ${source.version}${database === null ? '' : `, database ${database}`}`],
    ['rows', `${describeCount(totals.rows)} in ${describeMany(tables, 'table')}`],
    ['bytes of rows', <Bytes key="bytes" value={totals.bytes} />],
    [
      'stored',
      <span key="stored">
        <Bytes value={totals.stored} /> in {describeMany(totals.chunks, 'chunk')} ({codec}),{' '}
        <Bytes value={totals.newStored} /> of it new
      </span>,
    ],
    ['commit', git.sha && <Code key="commit" text={git.sha} />],
    ['branch or tag', manifest?.git.ref ?? null],
    ['migrations', manifest?.migration ? `${manifest.migration.tool} at ${manifest.migration.version}` : null],
    ['run', <RunLink key="run" id={run} />],
    ['schema by', manifest && `pg_dump ${manifest.schema.pgDumpVersion} (${manifest.schema.tool})`],
    [
      'extensions',
      manifest && manifest.extensions.length > 0
        ? manifest.extensions.map(({ name, version }) => `${name} ${version}`).join(', ')
        : null,
    ],
    ['critical queries', manifest && String(manifest.answers.length)],
    ['encrypted', keyId === null ? 'no' : `under key id ${keyId}`],
    ['made by', `Holdfast ${holdfast}`],
    ['pinned', pin && `since ${describeTime(pin.pinnedAt)}${pin.reason === null ? '' : `: ${pin.reason}`}`],
  ];
}

function Code({ text }: { text: string }) {
  return <code className="font-mono text-xs">{text}</code>;
}
