import { isSecure } from '#app/http/is-secure.ts';
import { readSessionSecret } from '#lib/access/session-secret.ts';
import { readEnvironment } from '#lib/config/environment.ts';
import { loadConfig } from '#lib/config/load-config.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { refresh } from './session.ts';
import { type CookieToSet, readCookie, sealSession, sessionCookieName, unsealSession } from './session-cookie.ts';

/** The cookie that lets a session that is used go on, where it is time for one. Asks for no right: doors do that. */
export async function refreshedCookie(headers: Headers): Promise<CookieToSet | undefined> {
  const secure = await isSecure(headers);
  const cookie = readCookie(headers, sessionCookieName(secure));
  if (cookie === undefined) return undefined;
  try {
    const secret = await readSessionSecret(readEnvironment(), (await loadConfig()).stateFolder);
    const session = await unsealSession(cookie, secret);
    const fresh = session && refresh(session);
    return fresh && (await sealSession(fresh, { secret, secure }));
  } catch (cause) {
    // A config or a secret that is missing is told by the door.
    if (!(cause instanceof HoldfastError)) throw cause;
    return undefined;
  }
}
