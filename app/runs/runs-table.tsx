import { CircleX } from 'lucide-react';
import Link from 'next/link';
import { Badge } from '#app/ui/badge.tsx';
import { DataTable } from '#app/ui/data-table.tsx';
import { Duration } from '#app/ui/duration.tsx';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { Time } from '#app/ui/time.tsx';
import { describeRun } from '#lib/run-view/describe-run.ts';
import type { ListedRun } from '#lib/run-view/list-run-summaries.ts';
import { StatusBadge } from './status-badge.tsx';

/** Runs, newest first. `tell` says what went wrong as who looks may know it. */
export function RunsTable({ runs, tell }: { runs: readonly ListedRun[]; tell: (text: string) => string }) {
  return (
    <DataTable
      caption="Runs, newest first"
      columns={[
        { name: 'Run', show: (listed) => <RunName {...listed} /> },
        {
          name: 'Status',
          show: ({ summary }) =>
            summary === null ? (
              <Badge tone="failed" icon={CircleX}>
                cannot be read
              </Badge>
            ) : (
              <StatusBadge status={summary.status} />
            ),
        },
        { name: 'Started', show: ({ summary }) => (summary === null ? '–' : <Time value={summary.run.startedAt} />) },
        {
          name: 'Took',
          align: 'right',
          show: ({ summary }) =>
            summary === null || summary.durationMs === null ? '–' : <Duration ms={summary.durationMs} />,
        },
        {
          name: 'What went wrong',
          show: ({ summary, problem }) => {
            const message = problem?.message ?? summary?.error?.message;
            return message && <span className="break-words text-quiet">{tell(message)}</span>;
          },
        },
      ]}
      rows={runs}
      keyOf={({ id }) => id}
      empty={
        <EmptyState title="No runs here">
          A backup, a restore or any other work of Holdfast is listed as soon as it begins.
        </EmptyState>
      }
    />
  );
}

function RunName({ id, summary }: ListedRun) {
  return (
    <>
      {summary === null ? (
        'A run'
      ) : (
        <Link href={`/runs/${id}`} className="hover:underline">
          {describeRun({ run: summary.run })}
        </Link>
      )}
      <span className="block font-mono text-xs font-normal text-quiet">
        {id}
        {summary !== null && summary.run.parent !== null && ' · part of another run'}
      </span>
    </>
  );
}
