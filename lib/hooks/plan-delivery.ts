import type { Delivery } from './delivery.ts';

/** An event may be sent again for so long: an hour less than Inngest knows its id, and while its day is looked at. */
const retryMs = 23 * 3_600_000;

/**
 * What is done with a delivery that has come before. `send`: it was not handed over, and this attempt does it; `renew`: so
 * too, with an event of this moment; `answer`: it is told how it stands; `replayed`: a webhook that is done with, for who
 * may have caught it on its way.
 */
export function planDelivery(
  { state, at }: Pick<Delivery, 'state' | 'at'>,
  { by, ignored, now = Date.now() }: { by: 'token' | 'form' | 'webhook'; ignored: string | null; now?: number },
): 'send' | 'renew' | 'answer' | 'replayed' {
  const isOver = state === 'sent' || state === 'ignored';
  const isOld = now - Date.parse(at) > retryMs;
  if (by !== 'webhook') return isOver ? 'answer' : isOld ? 'renew' : 'send';
  if (isOver || isOld) return 'replayed';
  return ignored === null ? 'send' : 'answer';
}
