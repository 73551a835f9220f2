import { DataTable } from '#app/ui/data-table.tsx';
import { Time } from '#app/ui/time.tsx';
import { describeRun } from '#lib/run-view/describe-run.ts';
import type { RunView } from '#lib/run-view/read-run-view.ts';
import { RunLink } from './run-link.tsx';
import { StatusBadge } from './status-badge.tsx';

/** The runs that are parts of a run, as a transfer's backup and restore are. */
export function RunParts({ parts }: { parts: RunView['children'] }) {
  return (
    <DataTable
      caption="Runs that are parts of this one"
      columns={[
        { name: 'Part', show: ({ run }) => describeRun({ run }) },
        { name: 'Run', show: ({ run }) => <RunLink id={run.id} /> },
        { name: 'Status', show: ({ status }) => <StatusBadge status={status} /> },
        { name: 'Started', show: ({ run }) => <Time value={run.startedAt} /> },
      ]}
      rows={parts}
      keyOf={({ run }) => run.id}
    />
  );
}
