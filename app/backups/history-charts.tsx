import { BarChart } from '#app/ui/bar-chart.tsx';
import { Card } from '#app/ui/card.tsx';
import { LineChart } from '#app/ui/line-chart.tsx';
import type { HistoryPoint } from '#lib/backup-view/read-backup-history.ts';
import { describeBytes, describeDuration, describeMany } from '#lib/report/describe-amounts.ts';
import { planCharts } from './plan-charts.ts';

/** How the backups of a connection grew, what each added, and how long each took. */
export function HistoryCharts({ connection, history }: { connection: string; history: readonly HistoryPoint[] }) {
  const { stored, added, took } = planCharts(history);
  return (
    <Card
      title={`The last ${describeMany(history.length, 'backup')} of ${connection}`}
      aside={<span className="text-xs text-quiet">oldest on the left</span>}
    >
      <div className="grid gap-6 sm:grid-cols-2 lg:grid-cols-3">
        <Chart title="Size" about="stored bytes">
          <LineChart title={`Stored bytes by backup of ${connection}`} points={stored} format={bytes} />
        </Chart>
        <Chart title="New bytes" about="what was not in the repository before">
          <BarChart title={`New bytes by backup of ${connection}`} points={added} format={bytes} />
        </Chart>
        <Chart title="Duration" about="from its start to its commit">
          <LineChart title={`Duration by backup of ${connection}`} points={took} format={describeDuration} />
        </Chart>
      </div>
    </Card>
  );
}

function Chart({ title, about, children }: { title: string; about: string; children: React.ReactNode }) {
  return (
    <div className="min-w-0">
      <h3 className="mb-2 text-sm font-medium">
        {title} <span className="font-normal text-quiet">· {about}</span>
      </h3>
      {children}
    </div>
  );
}

/** The ticks of an axis need not be whole. */
function bytes(value: number): string {
  return describeBytes(Math.round(value));
}
