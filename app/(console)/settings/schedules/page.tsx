import type { Metadata } from 'next';
import { listConnections } from '#app/connections/list-connections.ts';
import { showSettings } from '#app/settings/settings-page.tsx';
import { Card } from '#app/ui/card.tsx';
import { DataTable } from '#app/ui/data-table.tsx';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { Time } from '#app/ui/time.tsx';
import { loadConfig } from '#lib/config/load-config.ts';
import { nextCronTick } from '#lib/config/next-cron-tick.ts';
import { describeDuration } from '#lib/report/describe-amounts.ts';

export const metadata: Metadata = { title: 'Schedules' };

/** What is done by itself, and when next. */
export default function SchedulesPage() {
  return showSettings('/settings/schedules', {
    about: 'What is done without being asked, as the schedule of each connection says it.',
    render: async ({ identity }) => {
      const now = Date.now();
      const rows = listConnections(await loadConfig(), identity).flatMap(({ name, schedules }) =>
        schedules.map((schedule) => ({ connection: name, ...schedule, next: nextCronTick(schedule.cron, now) })),
      );
      return (
        <Card title="Schedules" flush>
          <DataTable
            caption="Schedules by connection"
            columns={[
              { name: 'Connection', show: ({ connection }) => connection },
              { name: 'What', show: ({ kind }) => kind },
              { name: 'When', show: ({ cron }) => <code className="font-mono text-xs">{cron}</code> },
              {
                name: 'Jitter',
                show: ({ jitterMs }) => (jitterMs === 0 ? 'none' : `up to ${describeDuration(jitterMs)}`),
              },
              {
                name: 'Next',
                show: ({ next }) => next !== undefined && <Time value={new Date(next).toISOString()} exact />,
              },
            ]}
            rows={rows}
            keyOf={({ connection, kind }) => `${connection} ${kind}`}
            empty={
              <EmptyState title="Nothing is scheduled">
                Give a connection of holdfast.config.ts a schedule: backup, drill and verify, each a cron expression.
              </EmptyState>
            }
          />
        </Card>
      );
    },
  });
}
