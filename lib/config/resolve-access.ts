import type { ParsedConfig } from './config-schema.ts';
import type { Environment } from './environment.ts';
import { resolvePublicUrl } from './resolve-public-url.ts';

/** How people and services reach this one, and who tells who they are. */
export interface Access {
  /** `null`: people sign in by a token only. */
  oidc: Oidc | null;
  /** How many proxies before this server add to `X-Forwarded-For`; what stands further left anybody can write. */
  trustedProxies: number;
  /** Where this server is reached, without a slash at the end; `null`: where the request says. */
  publicUrl: string | null;
}

/** An identity provider. */
export interface Oidc {
  issuer: string;
  clientId: string;
  /** A secret; `null`: a public client. */
  clientSecret: string | null;
  /** The variable it should be in, for messages. */
  clientSecretFrom: string | null;
  scopes: readonly string[];
  roleClaim: string;
  roles: Readonly<Record<'viewer' | 'operator' | 'admin', readonly string[]>>;
}

/** @throws UsageError where the address does not parse. */
export function resolveAccess(config: ParsedConfig, environment: Environment): Access {
  const { oidc } = config;
  // Vercel itself says where a request comes from, and lets no client say it.
  const leastProxies = (environment['VERCEL'] ?? '') === '' ? 0 : 1;
  return {
    oidc: oidc === undefined ? null : resolveOidc(oidc, environment),
    trustedProxies: Math.max(config.trustedProxies, leastProxies),
    publicUrl: resolvePublicUrl(environment['HOLDFAST_URL'] ?? config.publicUrl),
  };
}

function resolveOidc({ clientSecretFrom, ...rest }: NonNullable<ParsedConfig['oidc']>, environment: Environment): Oidc {
  // The CLI works with the same config and without the secret; signing in without it is the error.
  const clientSecret = clientSecretFrom === undefined ? null : (environment[clientSecretFrom] ?? null);
  return { ...rest, clientSecretFrom: clientSecretFrom ?? null, clientSecret };
}
