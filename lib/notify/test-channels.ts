import type { Channel } from '#lib/config/channel.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import { writeTestNotice } from './write-test-notice.ts';

/** What became of a test message. */
export interface TriedChannel {
  channel: string;
  kind: Channel['kind'];
  delivered: boolean;
  /** What the receiver said, or why it was not told. */
  detail: string;
  hint: string;
}

/** The channel of a name, or all without one. @throws UsageError (`unknown_channel`) where there is none. */
export function chooseChannels(channels: readonly Channel[], name: string | undefined): readonly Channel[] {
  const chosen = name === undefined ? channels : channels.filter((channel) => channel.name === name);
  if (chosen.length > 0) return chosen;
  const known = channels.map((channel) => channel.name).join(', ');
  throw new UsageError(
    name === undefined
      ? 'The config names nobody to tell.'
      : `There is no channel "${name}". Known: ${known || 'none'}.`,
    { code: 'unknown_channel', hint: 'See `notify` in docs/operations.md, "Alarms".' },
  );
}

/** Sends a test message by each channel, once, and says what each receiver answered; a failed one is told, not thrown. */
export async function testChannels(
  channels: readonly Channel[],
  publicUrl: string | null,
): Promise<{ id: string; channels: TriedChannel[] }> {
  // Loaded here: nothing else should wait for the clients of mail and webhooks.
  const { deliverNotice } = await import('./deliver-notice.ts');
  const notice = writeTestNotice(new Date(), publicUrl);
  const tried = await Promise.all(
    channels.map(async (channel): Promise<TriedChannel> => {
      const about = { channel: channel.name, kind: channel.kind };
      try {
        return { ...about, delivered: true, detail: await deliverNotice(channel, notice), hint: '' };
      } catch (cause) {
        if (!(cause instanceof HoldfastError)) throw cause;
        return { ...about, delivered: false, detail: cause.message, hint: cause.hint };
      }
    }),
  );
  return { id: notice.id, channels: tried };
}
