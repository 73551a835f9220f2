import Link from 'next/link';
import { DataTable } from '#app/ui/data-table.tsx';
import { Duration } from '#app/ui/duration.tsx';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { Time } from '#app/ui/time.tsx';
import { describeRun } from '#lib/run-view/describe-run.ts';
import type { RunSummary } from '#lib/run-view/read-run-summaries.ts';
import { StatusBadge } from './status-badge.tsx';

/** Runs, newest first. */
export function RunsTable({ runs }: { runs: readonly RunSummary[] }) {
  return (
    <DataTable
      caption="Runs, newest first"
      columns={[
        { name: 'Run', show: ({ run }) => <RunName run={run} /> },
        { name: 'Status', show: ({ status }) => <StatusBadge status={status} /> },
        { name: 'Started', show: ({ run }) => <Time value={run.startedAt} /> },
        {
          name: 'Took',
          align: 'right',
          show: ({ durationMs }) => (durationMs === null ? '–' : <Duration ms={durationMs} />),
        },
        { name: 'What went wrong', show: ({ error }) => error && <span className="text-quiet">{error.message}</span> },
      ]}
      rows={runs}
      keyOf={({ run }) => run.id}
      empty={
        <EmptyState title="No runs here">
          A backup, a restore or any other work of Holdfast is listed as soon as it begins.
        </EmptyState>
      }
    />
  );
}

function RunName({ run }: Pick<RunSummary, 'run'>) {
  return (
    <>
      <Link href={`/runs/${run.id}`} className="hover:underline">
        {describeRun({ run })}
      </Link>
      <span className="block font-mono text-xs font-normal text-quiet">
        {run.id}
        {run.parent !== null && ' · part of another run'}
      </span>
    </>
  );
}
