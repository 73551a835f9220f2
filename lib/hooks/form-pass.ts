import { createHmac, randomBytes } from 'node:crypto';
import { isSameText } from '#lib/access/same-text.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';

/** How long the page of a hook is good to be clicked. */
const goodForMs = 3_600_000;

/**
 * What the button of a hook's page sends along: good once, for an hour, and for the token that the page was opened
 * with. `key` is the hash that the repository keeps of it, which nobody outside knows.
 */
export function issueFormPass({ hook, key, now = Date.now() }: { hook: string; key: string; now?: number }): string {
  const body = `${now.toString(36)}.${randomBytes(16).toString('hex')}`;
  return `${body}.${sign(body, { hook, key })}`;
}

/** The id of the pass: who counts it lets it pass once. @throws RefusedError (`hook_form_stale`). */
export function checkFormPass(
  pass: string,
  { hook, key, now = Date.now() }: { hook: string; key: string; now?: number },
): string {
  const [at = '', id = '', signature = '', ...rest] = pass.split('.');
  const isRight = isSameText(signature, sign(`${at}.${id}`, { hook, key }));
  const age = now - Number.parseInt(at, 36);
  if (isRight && rest.length === 0 && age >= 0 && age <= goodForMs) return id;
  throw new RefusedError('The page of the hook was opened too long ago, or for another token.', {
    code: 'hook_form_stale',
    hint: 'Open the address of the hook again, and press the button.',
  });
}

function sign(body: string, { hook, key }: { hook: string; key: string }): string {
  return createHmac('sha256', key).update(`hook form ${hook} ${body}`).digest('base64url');
}
