import { once } from 'node:events';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';
import { findFreePort } from './find-free-port.ts';

export const oidcClient = { id: 'holdfast', secret: 'the-secret-of-the-oidc-client' };

/** What the provider knows of its people, beside their `sub`. */
export type People = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A real OpenID provider that asks nobody for a password: it signs in whoever `signInAs` names. */
export interface OidcServer extends AsyncDisposable {
  issuer: string;
  signInAs(sub: string): void;
}

/** Starts the provider with one client, which must prove itself by its secret and by PKCE. */
export async function startOidcServer(options: { redirectUri: string; people: People }): Promise<OidcServer> {
  const port = await findFreePort();
  const issuer = `http://127.0.0.1:${port}`;
  let current = '';
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: oidcClient.id,
        client_secret: oidcClient.secret,
        redirect_uris: [options.redirectUri],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    cookies: { keys: ['only for this test'] },
    claims: {
      openid: ['sub'],
      profile: ['preferred_username'],
      email: ['email', 'email_verified'],
      groups: ['groups'],
    },
    scopes: ['openid', 'profile', 'email', 'groups'],
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: async () => ({ ...options.people[sub], sub }) }),
    async loadExistingGrant(ctx) {
      const { client, session } = ctx.oidc;
      if (client === undefined || session?.accountId === undefined) return undefined;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope('openid profile email groups');
      await grant.save();
      return grant;
    },
  });
  const answer = provider.callback();
  const server = createServer((request, response) => {
    if (!request.url?.startsWith('/interaction/')) return void answer(request, response);
    void provider.interactionFinished(request, response, { login: { accountId: current, remember: false } });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    issuer,
    signInAs(sub) {
      current = sub;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
