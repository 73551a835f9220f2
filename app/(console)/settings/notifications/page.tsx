import type { Metadata } from 'next';
import { describeChannel } from '#app/settings/describe-channel.ts';
import { showSettings } from '#app/settings/settings-page.tsx';
import { TestChannel } from '#app/settings/test-channel.tsx';
import { Card } from '#app/ui/card.tsx';
import { DataTable } from '#app/ui/data-table.tsx';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { Facts } from '#app/ui/facts.tsx';
import { loadConfig } from '#lib/config/load-config.ts';
import { describeDuration } from '#lib/report/describe-amounts.ts';

export const metadata: Metadata = { title: 'Notifications' };

/** Who is told of what, and a test of each way. */
export default function NotificationsPage() {
  return showSettings('/settings/notifications', {
    about:
      'Who is told of failures, of overdue backups, and that either is over. Secrets are named by where they are kept.',
    render: async () => {
      const { alarms } = await loadConfig();
      return (
        <>
          <Card title="Channels" flush>
            <DataTable
              caption="Channels of the config"
              columns={[
                { name: 'Channel', show: ({ name }) => name },
                { name: 'Kind', show: ({ kind }) => kind },
                { name: 'To', show: (channel) => <span className="break-words">{describeChannel(channel)}</span> },
                { name: 'Told of', show: ({ on }) => on.join(', ') },
                { name: 'Connections', show: ({ connections }) => connections?.join(', ') ?? 'all' },
                { name: 'Test', show: ({ name }) => <TestChannel channel={name} /> },
              ]}
              rows={alarms.channels}
              keyOf={({ name }) => name}
              empty={
                <EmptyState title="Nobody is told">
                  Name channels under notify in holdfast.config.ts: mail, Slack, Discord, or a webhook.
                </EmptyState>
              }
            />
          </Card>
          <Card title="Beside them">
            <Facts
              facts={[
                ['an alarm is told again', `after ${describeDuration(alarms.repeatAfterMs)}`],
                ['messages link to', alarms.publicUrl ?? 'nothing: publicUrl is not set'],
                ['dead-man switch of all', alarms.ping === null ? 'none' : alarms.ping.from],
                [
                  'of single connections',
                  alarms.pings.size === 0
                    ? 'none'
                    : [...alarms.pings].map(([name, { from }]) => `${name}: ${from}`).join(', '),
                ],
              ]}
            />
          </Card>
        </>
      );
    },
  });
}
