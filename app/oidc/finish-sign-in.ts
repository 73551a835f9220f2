import { authorizationCodeGrant, type Configuration, fetchUserInfo } from 'openid-client';
import type { SessionSubject } from '#app/session/session.ts';
import type { Identity } from '#lib/access/identity.ts';
import { pickRoleValues, roleOfValues } from '#lib/access/oidc-role.ts';
import type { Oidc } from '#lib/config/resolve-access.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import type { Flow } from './flow.ts';
import { discoverProvider } from './provider.ts';

type Claims = Readonly<Record<string, unknown>>;

/** Whom the provider vouches for; `identity` is `null` where the config gives this person no role. */
export interface Vouched {
  name: string;
  identity: Identity | null;
  subject: SessionSubject;
}

/**
 * Exchanges the code of an answer and reads who it is. `answer` is the address that the provider has sent the browser
 * to. @throws RefusedError (`oidc_refused`) where the answer is not one to this flow, or says no; UnavailableError.
 */
export async function finishOidcSignIn(oidc: Oidc, { answer, flow }: { answer: URL; flow: Flow }): Promise<Vouched> {
  const provider = await discoverProvider(oidc);
  const { claims, sub } = await readClaims(provider, oidc, { answer, flow });
  const values = pickRoleValues(claims, oidc);
  const name = nameOf(claims) ?? sub;
  const role = roleOfValues(values, oidc.roles);
  return {
    name,
    identity: role === null ? null : { kind: 'oidc', id: sub, name, role, scope: null },
    subject: { kind: 'oidc', issuer: oidc.issuer, subject: sub, name, values },
  };
}

async function readClaims(
  provider: Configuration,
  oidc: Oidc,
  { answer, flow }: { answer: URL; flow: Flow },
): Promise<{ claims: Claims; sub: string }> {
  try {
    const tokens = await authorizationCodeGrant(provider, answer, {
      pkceCodeVerifier: flow.verifier,
      expectedState: flow.state,
      expectedNonce: flow.nonce,
      idTokenExpected: true,
    });
    const told = tokens.claims();
    if (told === undefined) throw new Error('There is no ID token.');
    // Providers tell groups in one of the two places, or in both.
    const isEnough = pickRoleValues(told, oidc).length > 0 && nameOf(told) !== undefined;
    if (isEnough || provider.serverMetadata().userinfo_endpoint === undefined) return { claims: told, sub: told.sub };
    const more = await fetchUserInfo(provider, tokens.access_token, told.sub);
    return { claims: { ...more, ...told }, sub: told.sub };
  } catch (cause) {
    throw new RefusedError('The identity provider has not let this person in, or the answer was not its own.', {
      code: 'oidc_refused',
      hint: 'Sign in again from the beginning.',
      cause,
    });
  }
}

/** What the log calls somebody; an address that nobody has checked is no name. */
function nameOf(claims: Claims): string | undefined {
  const email = claims['email_verified'] === true ? claims['email'] : undefined;
  const named = [email, claims['preferred_username'], claims['name']];
  return named.find((one): one is string => typeof one === 'string' && one !== '')?.slice(0, 200);
}
