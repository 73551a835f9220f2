import { hasAdmin } from '#lib/access/has-admin.ts';
import type { Environment } from '#lib/config/environment.ts';
import type { Access } from '#lib/config/resolve-access.ts';
import type { Repository } from '#lib/repository/repository.ts';

/** Whether nobody but who reads the server's log can be let in as admin: then, and only then, the admin link is good. */
export async function isAdminMissing(
  environment: Environment,
  access: Access,
  openRepository: () => Promise<Repository>,
): Promise<boolean> {
  if ((environment['HOLDFAST_TOKEN'] ?? '') !== '' || access.oidc !== null) return false;
  return !(await hasAdmin(await openRepository()));
}
