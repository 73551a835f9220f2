import { isSecure } from '#app/http/is-secure.ts';
import type { Session } from '#app/session/session.ts';
import { endSession, formatCookie, sealSession } from '#app/session/session-cookie.ts';
import { readSessionSecret } from '#lib/access/session-secret.ts';
import { readEnvironment } from '#lib/config/environment.ts';
import { loadConfig } from '#lib/config/load-config.ts';

/** The `Set-Cookie` header that gives the browser a session. */
export async function cookieOf(session: Session, headers: Headers): Promise<string> {
  const secret = await readSessionSecret(readEnvironment(), (await loadConfig()).stateFolder);
  return formatCookie(await sealSession(session, { secret, secure: await isSecure(headers) }));
}

/** The one that takes it away. */
export async function cookieOfNone(headers: Headers): Promise<string> {
  return formatCookie(endSession(await isSecure(headers)));
}

/** Sends a browser on to a path of this server, by GET. */
export function redirectTo(path: string, cookies: readonly string[] = []): Response {
  const headers = new Headers({ location: path, 'cache-control': 'no-store' });
  for (const cookie of cookies) headers.append('set-cookie', cookie);
  return new Response(null, { status: 303, headers });
}

/** The path a person wanted to see, `/` where it is none of this server's: nobody is sent elsewhere by a link. */
export function localPath(wanted: string | null | undefined): string {
  const base = 'http://here.invalid';
  const url = wanted?.startsWith('/') ? URL.parse(wanted, base) : null;
  // Dots are taken out of a path last: `/.//elsewhere` becomes the address of another server.
  return url?.origin === base && !url.pathname.startsWith('//') ? `${url.pathname}${url.search}` : '/';
}
