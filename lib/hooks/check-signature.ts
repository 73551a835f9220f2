import { createHash, createHmac } from 'node:crypto';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { isSameText } from '#lib/access/same-text.ts';
import type { HookSignature } from '#lib/config/hook-schema.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { UsageError } from '#lib/errors/usage-error.ts';

/** A webhook as it came: the bytes of its body, which no parser has touched. */
export interface SignedRequest {
  headers: Headers;
  body: Buffer;
}

/**
 * Lets pass what was signed with the secret, and answers what tells this delivery from every other one: nothing that a
 * replay could change. How old it is, only Standard Webhooks tell here; the bodies of Vercel and GitHub tell `readWebhook`.
 * @throws RefusedError (`hook_unsigned`, `hook_signature_wrong`, `hook_late`), UsageError where the secret is none.
 */
export function checkSignature(
  { headers, body }: SignedRequest,
  { signature, secret, from }: { signature: HookSignature; secret: string; from: string },
): string {
  switch (signature) {
    // "Securing webhooks", vercel.com/docs/webhooks/webhooks-api: HMAC-SHA1 of the raw body, in hex.
    case 'vercel':
      requireSame(requireHeader(headers, 'x-vercel-signature'), hmac('sha1', { secret, body }));
      return digestOf(body);
    // "Validating webhook deliveries", docs.github.com. X-GitHub-Delivery is not signed: the body is what names it.
    case 'github':
      requireSame(requireHeader(headers, 'x-hub-signature-256'), `sha256=${hmac('sha256', { secret, body })}`);
      return digestOf(body);
    case 'hmac':
      return checkStandard({ headers, body }, { secret, from });
  }
}

/** Standard Webhooks 1.0: the id, the time and the body are signed; the time may be five minutes off. */
function checkStandard({ headers, body }: SignedRequest, { secret, from }: { secret: string; from: string }): string {
  const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
  const given = Object.fromEntries(names.map((name) => [name, requireHeader(headers, name)]));
  const webhook = openWebhook(secret, from);
  try {
    // What is signed is text: bytes that are none would be read as another text.
    webhook.verify(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body), given, {
      jsonParse: false,
    });
  } catch (cause) {
    const isLate = cause instanceof WebhookVerificationError && /timestamp too/i.test(cause.message);
    if (isLate) throw late();
    throw wrong();
  }
  return createHash('sha256')
    .update(given['webhook-id'] ?? '')
    .digest('hex');
}

function openWebhook(secret: string, from: string): Webhook {
  try {
    return new Webhook(secret);
  } catch {
    // What the library says of a wrong secret may hold a part of it.
    throw new UsageError(`The secret of the hook (${from}) is not base64.`, {
      code: 'bad_webhook_secret',
      hint: 'Make one: echo "whsec_$(openssl rand -base64 32)".',
    });
  }
}

/** Of a webhook that was signed at another time than now. */
export function late(): RefusedError {
  return new RefusedError('The webhook was not signed just now.', {
    code: 'hook_late',
    hint: 'Send it again with a signature of this moment, and look at the clocks of both sides.',
  });
}

function wrong(): RefusedError {
  return new RefusedError('The signature of the webhook does not fit its body.', {
    code: 'hook_signature_wrong',
    hint: 'Both sides need the same secret, and nothing between them may change the body.',
  });
}

function requireHeader(headers: Headers, name: string): string {
  const value = headers.get(name) ?? '';
  if (value !== '') return value;
  throw new RefusedError(`The webhook has no header ${name}.`, {
    code: 'hook_unsigned',
    hint: 'Give the sender the secret that the hook is configured with, or post to the address with its token.',
  });
}

function requireSame(given: string, computed: string): void {
  if (!isSameText(given, computed)) throw wrong();
}

function hmac(algorithm: 'sha1' | 'sha256', { secret, body }: { secret: string; body: Buffer }): string {
  return createHmac(algorithm, secret).update(body).digest('hex');
}

function digestOf(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}
