import type { Channel, NoticeEvent } from '#lib/config/channel.ts';
import type { Notice } from './notice.ts';
import type { Letter } from './outbox.ts';

/**
 * Who gets which of the notices: every channel at most one, the first whose event it asks for. A channel that names
 * connections hears of nothing else. Pure.
 */
export function planLetters(
  channels: readonly Channel[],
  {
    told,
    about,
    write,
  }: { told: readonly NoticeEvent[]; about: readonly string[]; write: (event: NoticeEvent) => Notice },
): Letter[] {
  return channels.flatMap(({ name, on, connections }): Letter[] => {
    if (connections !== null && !connections.some((connection) => about.includes(connection))) return [];
    const event = told.find((one) => on.includes(one));
    return event === undefined ? [] : [{ channel: name, notice: write(event) }];
  });
}
