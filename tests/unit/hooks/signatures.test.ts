import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import type { HookSignature } from '#lib/config/hook-schema.ts';
import { checkSignature } from '#lib/hooks/check-signature.ts';

const from = 'HOOK_SECRET';
const check = (signature: HookSignature, secret: string, headers: Record<string, string>, body: string | Buffer) =>
  checkSignature({ headers: new Headers(headers), body: Buffer.from(body) }, { signature, secret, from });
const refusal = (code: string) => expect.objectContaining({ name: 'RefusedError', code });

describe('a signature of GitHub', () => {
  // docs.github.com, "Validating webhook deliveries", "Testing the webhook payload validation".
  const secret = "It's a Secret to Everybody";
  const body = 'Hello, World!';
  const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';

  it('is that of the documentation', () => {
    expect(check('github', secret, { 'x-hub-signature-256': signature }, body)).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ['another body', secret, signature, 'Hello, World?'],
    ['a byte more', secret, signature, `${body}\n`],
    ['another secret', 'Secret', signature, body],
    ['no prefix', secret, signature.slice(7), body],
    ['the SHA-1 of it', secret, `sha1=${createHmac('sha1', secret).update(body).digest('hex')}`, body],
    ['a part of it', secret, signature.slice(0, -1), body],
    ['an odd text', secret, 'sha256=ÿÿ', body],
  ])('is wrong with %s', (_, key, given, sent) => {
    expect(() => check('github', key, { 'x-hub-signature-256': given }, sent)).toThrow(refusal('hook_signature_wrong'));
  });

  it('is asked for', () => {
    expect(() => check('github', secret, { 'x-hub-signature': 'sha1=0' }, body)).toThrow(refusal('hook_unsigned'));
  });
});

describe('a signature of Vercel', () => {
  // RFC 2202, 3., test case 2: what vercel.com/docs/webhooks/webhooks-api computes, crypto.createHmac('sha1', secret).
  const body = 'what do ya want for nothing?';
  const headers = { 'x-vercel-signature': 'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79' };

  it('is HMAC-SHA1 of the bytes of the body', () => {
    expect(check('vercel', 'Jefe', headers, body)).toMatch(/^[0-9a-f]{64}$/);
    expect(() => check('vercel', 'Jeff', headers, body)).toThrow(refusal('hook_signature_wrong'));
    expect(() => check('vercel', 'Jefe', headers, ` ${body}`)).toThrow(refusal('hook_signature_wrong'));
    expect(() => check('vercel', 'Jefe', {}, body)).toThrow(refusal('hook_unsigned'));
  });

  it('is of bytes that are no text too', () => {
    const bytes = Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0xff, 0xfe, 0x7d]);
    const signed = { 'x-vercel-signature': createHmac('sha1', 'Jefe').update(bytes).digest('hex') };
    expect(check('vercel', 'Jefe', signed, bytes)).toMatch(/^[0-9a-f]{64}$/);
    const text = Buffer.from(bytes.toString('utf8'));
    expect(() => check('vercel', 'Jefe', signed, text)).toThrow(refusal('hook_signature_wrong'));
  });
});

describe('a signature of Standard Webhooks', () => {
  // The secret of the specification's own examples; its time is of 2021, which is late.
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const example = {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  };
  const body = '{"test": 2432232314}';
  const sign = (secondsAgo: number, id = 'msg_1', text = body): Record<string, string> => {
    const at = new Date(Date.now() - secondsAgo * 1000);
    return {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, at, text),
    };
  };

  it('is that of the specification', () => {
    const at = new Date(1_614_265_330_000);
    expect(new Webhook(secret).sign(example['webhook-id'], at, body)).toBe(example['webhook-signature']);
  });

  it('is good for five minutes, either way', () => {
    expect(check('hmac', secret, sign(0), body)).toBe(check('hmac', secret, sign(240), body));
    expect(check('hmac', secret, sign(0), body)).not.toBe(check('hmac', secret, sign(0, 'msg_2'), body));
    for (const headers of [example, sign(310), sign(-310)]) {
      expect(() => check('hmac', secret, headers, body)).toThrow(refusal('hook_late'));
    }
  });

  it('covers the id, the time and the body', () => {
    const later = String(Math.floor(Date.now() / 1000) + 1);
    for (const change of [{ 'webhook-id': 'msg_9' }, { 'webhook-timestamp': later }, { 'webhook-signature': 'v1,' }]) {
      const headers = { ...sign(0), ...change };
      expect(() => check('hmac', secret, headers, body)).toThrow(refusal('hook_signature_wrong'));
    }
    expect(() => check('hmac', secret, sign(0), `${body} `)).toThrow(refusal('hook_signature_wrong'));
    expect(() => check('hmac', secret, sign(0, 'a', '\ufffd'), Buffer.from([0xff]))).toThrow(
      refusal('hook_signature_wrong'),
    );
    const { 'webhook-timestamp': _, ...unsigned } = sign(0);
    expect(() => check('hmac', secret, unsigned, body)).toThrow(refusal('hook_unsigned'));
  });

  it('says nothing of a secret that is none', () => {
    const wrong = () => check('hmac', 'not base64, really', sign(0), body);
    expect(wrong).toThrow(expect.objectContaining({ code: 'bad_webhook_secret' }));
    expect(wrong).not.toThrow(/really/);
  });
});
