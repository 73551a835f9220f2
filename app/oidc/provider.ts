import { allowInsecureRequests, ClientSecretBasic, type Configuration, discovery, None } from 'openid-client';
import type { Oidc } from '#lib/config/resolve-access.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { processState } from '#lib/process/process-state.ts';

/** How long what the provider says of itself is kept. */
const freshMs = 3_600_000;
const patienceSeconds = 10;

const found = (): Map<string, { at: number; provider: Promise<Configuration> }> =>
  processState('oidc-providers', () => new Map());

/**
 * The provider as it describes itself, asked once an hour. @throws UnavailableError (`oidc_unavailable`), and
 * (`oidc_secret_missing`) where the variable of the client's secret is not set.
 */
export async function discoverProvider(oidc: Oidc): Promise<Configuration> {
  const key = JSON.stringify([oidc.issuer, oidc.clientId, oidc.clientSecret]);
  const known = found().get(key);
  if (known !== undefined && Date.now() - known.at < freshMs) return known.provider;
  const provider = discover(oidc);
  found().set(key, { at: Date.now(), provider });
  // The next one asks again.
  provider.catch(() => found().delete(key));
  return provider;
}

async function discover({ issuer, clientId, clientSecret, clientSecretFrom }: Oidc): Promise<Configuration> {
  if (clientSecretFrom !== null && clientSecret === null) {
    throw new UnavailableError(`The secret of the identity provider's client is missing.`, {
      code: 'oidc_secret_missing',
      hint: `Set ${clientSecretFrom} in the server's environment.`,
    });
  }
  const server = new URL(issuer);
  try {
    // Every provider takes the secret like this (RFC 6749, 2.3.1), and a client is registered so where nothing is said.
    const proof = clientSecret === null ? None() : ClientSecretBasic(clientSecret);
    return await discovery(server, clientId, undefined, proof, {
      timeout: patienceSeconds,
      // A provider on this machine is one to try things out with.
      ...(isLoopback(server) ? { execute: [allowInsecureRequests] } : {}),
    });
  } catch (cause) {
    throw new UnavailableError(`The identity provider ${server.origin} does not answer as one.`, {
      code: 'oidc_unavailable',
      hint: 'Check oidc.issuer in the config: the issuer is the address before /.well-known/openid-configuration.',
      cause,
    });
  }
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}
