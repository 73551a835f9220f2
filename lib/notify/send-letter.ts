import type { Channel } from '#lib/config/channel.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { deliverNotice } from './deliver-notice.ts';
import { type Notified, recordNotified } from './notified-store.ts';
import { type Letter, removeLetter } from './outbox.ts';

/**
 * Sends a letter once, and writes beside the run what became of it. A letter that was delivered or refused leaves the
 * outbox; one that nobody answered stays there. Safe to run twice: receivers know the notice by its id.
 * @throws UnavailableError where another attempt may help, unless this is the last one.
 */
export async function sendLetter(
  letter: Letter,
  options: {
    channels: readonly Channel[];
    /** Without one nothing is recorded. */
    repository: Repository | undefined;
    isLastAttempt: boolean;
  },
): Promise<Notified> {
  const { channels, repository, isLastAttempt } = options;
  const channel = channels.find(({ name }) => name === letter.channel);
  const notified = channel ? await attempt(channel, { letter, isLastAttempt }) : gone(letter);
  if (repository !== undefined) {
    await recordNotified(repository, letter.notice, notified);
    if (notified.state !== 'undelivered') await removeLetter(repository, letter);
  }
  return notified;
}

async function attempt(
  channel: Channel,
  { letter: { notice }, isLastAttempt }: { letter: Letter; isLastAttempt: boolean },
): Promise<Notified> {
  const about = { channel: channel.name, event: notice.event };
  try {
    const detail = await deliverNotice(channel, notice);
    return { ...about, at: new Date().toISOString(), state: 'delivered', detail };
  } catch (cause) {
    if (!(cause instanceof HoldfastError) || (cause.retryable && !isLastAttempt)) throw cause;
    const state = cause.retryable ? 'undelivered' : 'refused';
    return { ...about, at: new Date().toISOString(), state, detail: cause.message };
  }
}

/** A letter of an earlier config. */
function gone({ channel, notice }: Letter): Notified {
  const detail = 'The config names no such channel any more.';
  return { channel, event: notice.event, at: new Date().toISOString(), state: 'refused', detail };
}
