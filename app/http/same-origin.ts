import { RefusedError } from '#lib/errors/refused-error.ts';

/** How this server is reached, as a request tells it. */
export interface OwnOrigin {
  publicUrl: string | null;
  trustedProxies: number;
}

/** Whether the client came by TLS, as far as the request tells; Next.js fills `X-Forwarded-Proto` in where no proxy did. */
export function cameByTls(headers: Headers): boolean {
  return headers.get('x-forwarded-proto')?.split(',')[0]?.trim() === 'https';
}

/** `https://host`: where the client sees this server, by the config or else by the request. */
export function ownOrigin(headers: Headers, { publicUrl, trustedProxies }: OwnOrigin): string {
  if (publicUrl !== null) return publicUrl;
  const forwarded = trustedProxies > 0 ? headers.get('x-forwarded-host')?.split(',').at(-1)?.trim() : undefined;
  return `${cameByTls(headers) ? 'https' : 'http'}://${forwarded || headers.get('host') || 'localhost'}`;
}

/**
 * Lets a request that changes something pass only where a page of this server has sent it: cookies come along with the
 * requests of every page (OWASP, "Cross-Site Request Forgery Prevention", verifying origin). Every browser of today
 * sends `Origin` with such a request, and `Sec-Fetch-Site` over TLS and on localhost.
 * @throws RefusedError (`cross_site`).
 */
export function requireSameOrigin(headers: Headers, own: OwnOrigin): void {
  const site = headers.get('sec-fetch-site');
  const origin = headers.get('origin');
  const isOurs = origin === null ? site === 'same-origin' : isOwn(origin, headers, own);
  if (isOurs && (site === null || site === 'same-origin')) return;
  throw new RefusedError('The request was not sent by a page of this server.', {
    code: 'cross_site',
    hint: 'Use the console itself, or send a token as "Authorization: Bearer ..." in place of the cookie.',
  });
}

/** By the address of the config or that of the request: behind a proxy the two may differ. */
function isOwn(origin: string, headers: Headers, own: OwnOrigin): boolean {
  const given = URL.parse(origin);
  const known = [ownOrigin(headers, own), ownOrigin(headers, { ...own, publicUrl: null })].map((text) =>
    URL.parse(text),
  );
  return given !== null && known.some((one) => one !== null && one.origin === given.origin);
}
