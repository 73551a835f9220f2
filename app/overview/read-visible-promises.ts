import { type Identity, isInScope } from '#lib/access/identity.ts';
import { isRunInScope } from '#lib/access/run-scope.ts';
import { type ConnectionPromise, readPromises } from '#lib/promise/read-promises.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';

/** How the connections stand that an identity may see, with the runs of them that it may see. */
export async function readVisiblePromises(workspace: Workspace, identity: Identity): Promise<ConnectionPromise[]> {
  const isVisible = (run: RunRecord): boolean => isRunInScope(identity, run);
  const place = identity.scope === null ? workspace : { ...workspace, isVisible };
  const all = await readPromises(place, new Date());
  return all.filter(({ connection }) => isInScope(identity, [connection]));
}
