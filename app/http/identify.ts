import { beforeIdentity } from '#app/access/before-identity.ts';
import { checkBearer } from '#app/access/check-bearer.ts';
import { checkSession } from '#app/access/check-session.ts';
import { isKnownToken } from '#app/access/token-cache.ts';
import type { Session } from '#app/session/session.ts';
import { readCookie, sessionCookieName, unsealSession } from '#app/session/session-cookie.ts';
import type { Identity } from '#lib/access/identity.ts';
import { readSessionSecret } from '#lib/access/session-secret.ts';
import { parseTokenText } from '#lib/access/token-text.ts';
import { readEnvironment } from '#lib/config/environment.ts';
import { loadConfig } from '#lib/config/load-config.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { countGuess, countLookup, noteCameIn, requireGuessesLeft } from './attempt-limits.ts';
import { noteRefusal } from './audited.ts';
import { clientAddress } from './client-address.ts';
import { isSecure } from './is-secure.ts';

/** Who asks, and from where. `session` where a cookie says so and not a token. */
export interface Caller {
  identity: Identity;
  address: string;
  session: Session | null;
}

/**
 * Who a request comes from, by `Authorization: Bearer` or by the cookie of a session; wrong tokens are counted.
 * @throws RefusedError (`not_signed_in`, `token_wrong`, `token_expired`, `token_revoked`, `session_over`),
 * UnavailableError (`too_many_attempts`, `access_unavailable`).
 */
export function identify(headers: Headers): Promise<Caller> {
  return beforeIdentity(() => findCaller(headers));
}

async function findCaller(headers: Headers): Promise<Caller> {
  const { access, stateFolder } = await loadConfig();
  const address = clientAddress(headers, access.trustedProxies);
  const authorization = headers.get('authorization');
  if (authorization !== null) {
    const identity = await identifyBearer(authorization, address);
    noteCameIn(address, identity);
    return { identity, address, session: null };
  }
  const cookie = readCookie(headers, sessionCookieName(await isSecure(headers)));
  if (cookie === undefined) throw notSignedIn();
  const session = await unsealSession(cookie, await readSessionSecret(readEnvironment(), stateFolder));
  if (session === undefined) throw notSignedIn();
  const identity = await checkSession(session, readEnvironment());
  noteCameIn(address, identity);
  return { identity, address, session };
}

async function identifyBearer(authorization: string, address: string): Promise<Identity> {
  const [scheme, text = ''] = authorization.split(' ');
  try {
    if (scheme?.toLowerCase() !== 'bearer') throw notSignedIn();
    return await checkLimited(text, address);
  } catch (cause) {
    if (cause instanceof RefusedError) {
      const who = { kind: 'nobody', id: null, name: 'bearer' } as const;
      await noteRefusal({ who, role: null, from: address, what: 'sign-in', object: null }, cause.code);
    }
    throw cause;
  }
}

/** A token that this process knows is bound by no limit: nobody is kept out by the wrong attempts of a neighbour. */
async function checkLimited(text: string, address: string): Promise<Identity> {
  const token = parseTokenText(text);
  if (token !== undefined) {
    const lookup = isKnownToken(token.id) ? undefined : await countLookup(address);
    const identity = await checkBearer(text, readEnvironment());
    await lookup?.withdraw();
    return identity;
  }
  await requireGuessesLeft(address);
  try {
    return await checkBearer(text, readEnvironment());
  } catch (cause) {
    await countGuess(address);
    throw cause;
  }
}

function notSignedIn(): RefusedError {
  return new RefusedError('The request says not who it comes from.', {
    code: 'not_signed_in',
    hint: 'Sign in at /sign-in, or send the header "Authorization: Bearer ..." with a token.',
  });
}
