import type { Alarms } from '#lib/config/resolve-alarms.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { hideSecrets } from './hide-secrets.ts';
import { post } from './post.ts';
import { requireSecret } from './require-secret.ts';

/**
 * Tells the dead-man switch of a connection how its backup ended; answers whether there is one. A success is a POST to
 * the URL, a failure to `<url>/fail` (healthchecks.io, "Pinging API" and "Signaling failures"), with a line for people.
 * @throws as `post`; no message holds the URL's path or query.
 */
export async function ping(
  { pings, ping: other }: Pick<Alarms, 'pings' | 'ping'>,
  { connection, succeeded, message }: { connection: string; succeeded: boolean; message: string },
): Promise<boolean> {
  const secret = pings.get(connection) ?? other;
  if (secret === null) return false;
  const url = requireSecret(secret);
  try {
    await post({ url: succeeded ? url : failureUrl(url), body: `${message}\n`, contentType: 'text/plain' });
    return true;
  } catch (cause) {
    if (cause instanceof HoldfastError) cause.message = hideSecrets(cause.message, [url]);
    throw cause;
  }
}

function failureUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null) return text;
  url.pathname = `${url.pathname.replace(/\/$/, '')}/fail`;
  return url.href;
}
