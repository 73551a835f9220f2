import { Webhook } from 'standardwebhooks';
import { UsageError } from '#lib/errors/usage-error.ts';
import type { Notice } from '#lib/notify/notice.ts';

/**
 * A signed request by the Standard Webhooks specification 1.0: the id stays the same for every attempt, the timestamp is
 * the attempt's. `secret` is `whsec_` and base64. @throws UsageError where it is not, without showing it.
 */
export function signWebhook(
  notice: Notice,
  { secret, from, now }: { secret: string; from: string; now: Date },
): { body: string; headers: Record<string, string> } {
  const { at, ...data } = notice;
  const body = JSON.stringify({ type: `holdfast.${notice.event}`, timestamp: at, data });
  return {
    body,
    headers: {
      'webhook-id': notice.id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': sign(body, { id: notice.id, secret, from, now }),
    },
  };
}

function sign(
  body: string,
  { id, secret, from, now }: { id: string; secret: string; from: string; now: Date },
): string {
  try {
    return new Webhook(secret).sign(id, now, body);
  } catch {
    // What the library says of a wrong secret may hold a part of it.
    throw new UsageError(`The secret of the webhook (${from}) is not base64.`, {
      code: 'bad_webhook_secret',
      hint: 'Make one: echo "whsec_$(openssl rand -base64 32)".',
    });
  }
}
