import { isSameText } from '#lib/access/same-text.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { type HookToken, hashHookToken } from './hook-token.ts';

/**
 * Lets pass who has the hook's token. One answer for a hook that there is not, one without a token, a wrong token and
 * one that was revoked; each does the same work. @throws RefusedError (`hook_token_wrong`).
 */
export function checkHookToken(token: HookToken | undefined, text: string): void {
  const isRight = isSameText(hashHookToken(text), token?.hash ?? '');
  if (token !== undefined && isRight && token.revokedAt === null) return;
  throw new RefusedError('There is no hook of this name and token.', {
    code: 'hook_token_wrong',
    hint: 'Take the address as `holdfast hook create NAME` has printed it; `holdfast hook rotate NAME` makes a new one.',
  });
}
