import type { Delivery } from './delivery-store.ts';

/** A webhook that was not handed over may come again for so long: an hour less than Inngest knows the id of its event. */
const retryMs = 23 * 3_600_000;

/**
 * What is done with a delivery that has come before. `send`: it was not handed over, and this attempt does it; `answer`:
 * it is told how it stands; `replayed`: a webhook that is done with, for who may have caught it on its way.
 */
export function planDelivery(
  { state, at }: Pick<Delivery, 'state' | 'at'>,
  { by, ignored, now = Date.now() }: { by: 'token' | 'form' | 'webhook'; ignored: string | null; now?: number },
): 'send' | 'answer' | 'replayed' {
  const isOver = state === 'sent' || state === 'ignored';
  if (by !== 'webhook') return isOver ? 'answer' : 'send';
  if (isOver || now - Date.parse(at) > retryMs) return 'replayed';
  return ignored === null ? 'send' : 'answer';
}
