import { CircleCheck, ShieldCheck, ShieldX } from 'lucide-react';
import { RunLink } from '#app/runs/run-link.tsx';
import { Badge } from '#app/ui/badge.tsx';
import { DataTable } from '#app/ui/data-table.tsx';
import { Duration } from '#app/ui/duration.tsx';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { Time } from '#app/ui/time.tsx';
import type { BackupCheck } from '#lib/standing/backup-check.ts';

const words = { verify: 'verification of everything', sample: 'verification of a sample', proof: 'proof' } as const;

/** Every look at a backup, newest first. */
export function LooksTable({ checks }: { checks: readonly BackupCheck[] }) {
  return (
    <DataTable
      caption="Looks at this backup, newest first"
      columns={[
        { name: 'Look', show: ({ kind }) => words[kind] },
        { name: 'Result', show: (check) => <Result check={check} /> },
        { name: 'When', show: ({ at }) => <Time value={at} /> },
        {
          name: 'Recovery',
          align: 'right',
          show: ({ recoveryMs }) => (recoveryMs === null ? null : <Duration ms={recoveryMs} />),
        },
        { name: 'How', show: ({ how }) => <span className="text-quiet">{how}</span> },
        { name: 'Run', show: ({ run }) => <RunLink id={run} /> },
      ]}
      rows={[...checks].reverse()}
      keyOf={({ run, kind }) => `${run}-${kind}`}
      empty={
        <EmptyState title="Nobody has looked at it since it was made">
          A verification reads what is stored; a drill restores it and compares the copy, which makes it proven.
        </EmptyState>
      }
    />
  );
}

function Result({ check: { passed, kind } }: { check: BackupCheck }) {
  if (!passed) {
    return (
      <Badge tone="failed" icon={ShieldX}>
        failed
      </Badge>
    );
  }
  return kind === 'proof' ? (
    <Badge tone="proven" icon={ShieldCheck}>
      proven
    </Badge>
  ) : (
    <Badge tone="notice" icon={CircleCheck}>
      passed
    </Badge>
  );
}
