import Link from 'next/link';
import { Bytes } from '#app/ui/bytes.tsx';
import { DataTable } from '#app/ui/data-table.tsx';
import { Duration } from '#app/ui/duration.tsx';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { Time } from '#app/ui/time.tsx';
import type { BackupSummary } from '#lib/backup-view/list-backup-summaries.ts';
import { describeCount } from '#lib/report/describe-amounts.ts';
import { StandingBadges } from './standing-badges.tsx';

/** Backups, newest first. `isNarrowed`: a search has left none. */
export function BackupsTable({ backups, isNarrowed }: { backups: readonly BackupSummary[]; isNarrowed: boolean }) {
  return (
    <DataTable
      caption="Backups, newest first"
      columns={[
        { name: 'Backup', show: (backup) => <BackupName backup={backup} /> },
        { name: 'Standing', show: ({ marks, problem }) => <StandingBadges marks={marks} problem={problem} /> },
        { name: 'Snapshot', show: ({ outline }) => outline && <Time value={toIso(outline.snapshot.takenAt)} /> },
        { name: 'Rows', align: 'right', show: ({ outline }) => outline && describeCount(outline.totals.rows) },
        { name: 'Stored', align: 'right', show: ({ outline }) => outline && <Bytes value={outline.totals.stored} /> },
        { name: 'New', align: 'right', show: ({ outline }) => outline && <Bytes value={outline.totals.newStored} /> },
        { name: 'Took', align: 'right', show: ({ outline }) => outline && <Took outline={outline} /> },
        {
          name: 'Commit',
          show: ({ outline }) =>
            outline?.git.sha && <code className="font-mono text-xs">{outline.git.sha.slice(0, 10)}</code>,
        },
      ]}
      rows={backups}
      keyOf={({ connection, backupId }) => `${connection}/${backupId}`}
      empty={
        isNarrowed ? (
          <EmptyState title="No backup here">
            None of those looked at is what was searched for. Widen the search, or look at older ones.
          </EmptyState>
        ) : (
          <EmptyState title="No backups yet">
            Start the first one on the <Link href="/">overview</Link>.
          </EmptyState>
        )
      }
    />
  );
}

function BackupName({ backup: { connection, backupId, outline } }: { backup: BackupSummary }) {
  return (
    <>
      <Link href={`/backups/${connection}/${backupId}`} className="hover:underline">
        {connection}
        {outline?.label && <span className="font-normal"> · {outline.label}</span>}
      </Link>
      <span className="block font-mono text-xs font-normal text-quiet">{backupId}</span>
    </>
  );
}

function Took({ outline: { startedAt, completedAt } }: { outline: { startedAt: string; completedAt: string } }) {
  return <Duration ms={Math.max(0, Date.parse(completedAt) - Date.parse(startedAt))} />;
}

/** PostgreSQL's text of a time as ISO 8601. */
function toIso(text: string): string {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? text : time.toISOString();
}
