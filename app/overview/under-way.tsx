import Link from 'next/link';
import { StatusBadge } from '#app/runs/status-badge.tsx';
import { DataTable } from '#app/ui/data-table.tsx';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { Time } from '#app/ui/time.tsx';
import type { ConnectionPromise } from '#lib/promise/read-promises.ts';
import type { NamedRun } from './plan-promise-view.ts';

type Open = NamedRun<ConnectionPromise['running'][number]>;
type Failed = NamedRun<NonNullable<ConnectionPromise['lastFailure']>>;

/** The runs that are at work. */
export function UnderWay({ runs }: { runs: readonly Open[] }) {
  return (
    <DataTable
      caption="Runs at work, newest first"
      columns={[
        { name: 'Run', show: ({ run, connections }) => <RunName id={run.run} kind={run.kind} about={connections} /> },
        { name: 'Started', show: ({ run }) => <Time value={run.startedAt} /> },
        { name: 'Last sign', show: ({ run }) => <Time value={run.lastSign} /> },
        { name: 'Status', show: ({ run }) => <StatusBadge status={run.isDead ? 'interrupted' : 'running'} /> },
      ]}
      rows={runs}
      keyOf={({ run }) => run.run}
      empty={<EmptyState title="Nothing is at work" />}
    />
  );
}

/** What did not come to a good end; `tell` says what went wrong as who looks may know it. */
export function LastFailures({ runs, tell }: { runs: readonly Failed[]; tell: (text: string) => string }) {
  return (
    <DataTable
      caption="The last failure of each connection, newest first"
      columns={[
        { name: 'Run', show: ({ run, connections }) => <RunName id={run.run} kind={run.kind} about={connections} /> },
        { name: 'Ended', show: ({ run }) => <Time value={run.at} /> },
        { name: 'Status', show: ({ run }) => <StatusBadge status={run.status} /> },
        { name: 'What went wrong', show: ({ run }) => <span className="text-quiet">{tell(run.message)}</span> },
      ]}
      rows={runs}
      keyOf={({ run }) => run.run}
      empty={<EmptyState title="Nothing has failed in the last eight days" />}
    />
  );
}

function RunName({ id, kind, about }: { id: string; kind: string; about: readonly string[] }) {
  return (
    <Link href={`/runs/${id}`} className="hover:underline">
      {kind} of {about.join(', ')}
    </Link>
  );
}
