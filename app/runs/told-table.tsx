import { DataTable } from '#app/ui/data-table.tsx';
import { Time } from '#app/ui/time.tsx';
import type { Notified } from '#lib/notify/notified-store.ts';

const words = { delivered: 'delivered', refused: 'refused', undelivered: 'not delivered' } as const;

/** Who was told of a run by which channel, and what the receiver said. */
export function ToldTable({ notified }: { notified: readonly Notified[] }) {
  return (
    <DataTable
      caption="Who was told of this run"
      columns={[
        { name: 'Channel', show: ({ channel }) => channel },
        { name: 'Of', show: ({ event }) => event },
        { name: 'When', show: ({ at }) => <Time value={at} /> },
        {
          name: 'State',
          show: ({ state }) => <span className={state === 'delivered' ? '' : 'text-failed'}>{words[state]}</span>,
        },
        { name: 'Answer', show: ({ detail }) => <span className="text-quiet">{detail}</span> },
      ]}
      rows={notified}
      keyOf={({ channel }) => channel}
    />
  );
}
