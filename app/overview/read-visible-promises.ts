import { type Identity, isInScope } from '#lib/access/identity.ts';
import { type ConnectionPromise, readPromises } from '#lib/promise/read-promises.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';

/** How the connections stand that an identity may see. */
export async function readVisiblePromises(workspace: Workspace, identity: Identity): Promise<ConnectionPromise[]> {
  const all = await readPromises(workspace, new Date());
  return all.filter(({ connection }) => isInScope(identity, [connection]));
}
