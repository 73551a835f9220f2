import { CircleCheck, GitCompareArrows } from 'lucide-react';
import { Badge } from '#app/ui/badge.tsx';
import { DataTable } from '#app/ui/data-table.tsx';
import type { DifferenceLine } from './plan-differences-view.ts';

/** Numbers of rows of each table, in the backup and in the live one. */
export function DifferencesLines({ lines }: { lines: readonly DifferenceLine[] }) {
  return (
    <DataTable
      caption="Tables: rows of the backup and of the live database"
      columns={[
        { name: 'Table', show: ({ table }) => <span className="font-mono text-xs">{table}</span> },
        { name: 'Recovered as', show: ({ side }) => <span className="font-mono text-xs">{side}</span> },
        { name: 'Rows, backup', align: 'right', show: ({ backup }) => backup },
        { name: 'Rows, live', align: 'right', show: ({ live }) => live },
        { name: 'Only in backup', align: 'right', show: ({ onlyInBackup }) => onlyInBackup },
        { name: 'Only in live', align: 'right', show: ({ onlyInLive }) => onlyInLive },
        { name: 'Different', align: 'right', show: ({ different }) => different },
        { name: 'Verdict', show: ({ differs }) => <Verdict differs={differs} /> },
      ]}
      rows={lines}
      keyOf={({ side }) => side}
    />
  );
}

function Verdict({ differs }: { differs: boolean }) {
  return differs ? (
    <Badge tone="caution" icon={GitCompareArrows}>
      differs
    </Badge>
  ) : (
    <Badge tone="neutral" icon={CircleCheck}>
      equal
    </Badge>
  );
}
