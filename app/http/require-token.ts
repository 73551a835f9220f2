import { createHash, timingSafeEqual } from 'node:crypto';
import type { Environment } from '#lib/config/environment.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';

/**
 * Lets a request pass that carries `Authorization: Bearer <HOLDFAST_TOKEN>`.
 * @throws UnavailableError (`token_missing`) where no token is configured: nothing is open by default; RefusedError
 * (`token_wrong`) for all else.
 */
export function requireToken(request: Request, environment: Environment): void {
  const token = environment['HOLDFAST_TOKEN'] ?? '';
  if (token === '') {
    throw new UnavailableError('The API is closed: no token is configured.', {
      code: 'token_missing',
      hint: 'Set HOLDFAST_TOKEN in the server’s environment to a long random text (openssl rand -hex 32).',
    });
  }
  const [scheme, given = ''] = (request.headers.get('authorization') ?? '').split(' ');
  if (scheme?.toLowerCase() === 'bearer' && isSame(given, token)) return;
  throw new RefusedError('The request carries no valid token.', {
    code: 'token_wrong',
    hint: 'Send the header "Authorization: Bearer ..." with the value of HOLDFAST_TOKEN.',
  });
}

/** Digests have one length, which timingSafeEqual needs, and tell nothing of how far the two texts agree. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
