import { sealData, unsealData } from 'iron-session';
import { cookieLifetime, isAlive, type Session, sessionSchema } from './session.ts';

/** Over TLS the name binds the cookie to this host, its whole path and to TLS (RFC 6265bis, "The __Host- Prefix"). */
export function sessionCookieName(secure: boolean): string {
  return secure ? '__Host-holdfast' : 'holdfast';
}

/** A `Set-Cookie` header; scripts do not see the cookie, and other sites' forms and frames do not send it. */
export interface CookieToSet {
  name: string;
  value: string;
  options: { path: string; httpOnly: true; sameSite: 'lax'; secure: boolean; maxAge: number };
}

/** Seals the session for the browser. */
export async function sealSession(
  session: Session,
  { secret, secure }: { secret: string; secure: boolean },
): Promise<CookieToSet> {
  const maxAge = cookieLifetime(session);
  // A seal of 0 seconds would be good for ever; `isAlive` knows better, but nothing should hang on it.
  const value = await sealData(session, { password: secret, ttl: Math.max(1, maxAge) });
  return { name: sessionCookieName(secure), value, options: { ...attributes, secure, maxAge } };
}

/** Takes the session away from the browser. */
export function endSession(secure: boolean): CookieToSet {
  return { name: sessionCookieName(secure), value: '', options: { ...attributes, secure, maxAge: 0 } };
}

const attributes = { path: '/', httpOnly: true, sameSite: 'lax' } as const;

/** The session in a cookie; `undefined` where it was changed, sealed with another secret, or is over. */
export async function unsealSession(value: string | undefined, secret: string): Promise<Session | undefined> {
  if (value === undefined || value === '') return undefined;
  try {
    const session = sessionSchema.safeParse(await unsealData(value, { password: secret })).data;
    return session !== undefined && isAlive(session) ? session : undefined;
  } catch {
    // The cookie is whatever a client has sent: all that does not open is no session.
    return undefined;
  }
}

/** The header of one cookie. Every part is ours: none holds a character that would need escaping. */
export function formatCookie({ name, value, options }: CookieToSet): string {
  const { path, maxAge, secure } = options;
  return `${name}=${value}; Path=${path}; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}

/** The value of a cookie of a request. */
export function readCookie(headers: Headers, name: string): string | undefined {
  const pairs = (headers.get('cookie') ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}
