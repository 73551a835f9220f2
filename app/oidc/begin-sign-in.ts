import {
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import type { Oidc } from '#lib/config/resolve-access.ts';
import type { Flow } from './flow.ts';
import { discoverProvider } from './provider.ts';

/**
 * The address at the provider to send a browser to, and what to hold its answer against: authorization code with PKCE,
 * state and nonce (OpenID Connect Core 1.0, 3.1.2.1; RFC 9700, 2.1.1). @throws UnavailableError.
 */
export async function beginOidcSignIn(
  oidc: Oidc,
  { redirectUri, next }: { redirectUri: string; next: string },
): Promise<{ url: URL; flow: Flow }> {
  const provider = await discoverProvider(oidc);
  const flow = {
    ...{ state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier(), next, startedAt: Date.now() },
  };
  const url = buildAuthorizationUrl(provider, {
    redirect_uri: redirectUri,
    scope: oidc.scopes.join(' '),
    code_challenge: await calculatePKCECodeChallenge(flow.verifier),
    code_challenge_method: 'S256',
    state: flow.state,
    nonce: flow.nonce,
  });
  return { url, flow };
}
