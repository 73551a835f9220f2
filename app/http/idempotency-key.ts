import { UsageError } from '#lib/errors/usage-error.ts';

/** The `Idempotency-Key` of a request, `null` where it has none. @throws UsageError (`bad_idempotency_key`). */
export function idempotencyKey({ headers }: Request): string | null {
  const key = headers.get('idempotency-key');
  return key === null ? null : requireKey(key);
}

/** @throws UsageError (`bad_idempotency_key`). */
export function requireKey(key: string): string {
  if (/^[\x21-\x7e]{1,200}$/.test(key)) return key;
  throw new UsageError('The idempotency key is not 1 to 200 visible ASCII characters.', {
    code: 'bad_idempotency_key',
    hint: 'Send a random one, such as a UUID, and the same one again with a repetition.',
  });
}
