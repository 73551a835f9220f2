import { z } from 'zod';

const roleValues = z.array(z.string().min(1)).default([]);

/** Sign-in by an identity provider that speaks OpenID Connect. */
export const oidcSchema = z.strictObject({
  issuer: z.url({ protocol: /^https?$/ }),
  clientId: z.string().min(1),
  /** The variable that holds the client's secret; none for a public client. */
  clientSecretFrom: z.string().min(1).optional(),
  scopes: z.array(z.string().min(1)).default(['openid', 'profile', 'email']),
  /** The claim that tells the role, of the ID token or of the user info: `groups`, `email`, `realm_access.roles`. */
  roleClaim: z.string().min(1).default('groups'),
  /** Which values of the claim stand for which role; who has none of them is refused. */
  roles: z.strictObject({ viewer: roleValues, operator: roleValues, admin: roleValues }),
});
