import { RefusedError } from '#lib/errors/refused-error.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { listFamily } from '#lib/runs/children-store.ts';
import { readResult } from '#lib/runs/run-store.ts';
import { readCutover } from './cutover-store.ts';

/**
 * Lets pass a run that can be cancelled: it is open, and nothing of it has gone live.
 * @throws RefusedError where there is nothing to end, or its end is not to be taken back like this.
 */
export async function requireCancellable(repository: Repository, id: string): Promise<void> {
  const result = await readResult(repository, id);
  if (result !== undefined) {
    throw new RefusedError(`Run ${id} has ended already (${result.status}).`, {
      code: 'run_ended',
      hint: `See \`holdfast show ${id}\`; what went live comes back with \`holdfast rollback ${id}\`.`,
    });
  }
  for (const run of await listFamily(repository, id)) {
    if ((await readCutover(repository, run))?.state !== 'live') continue;
    throw new RefusedError(`Run ${id} has gone live already; only its end is missing.`, {
      code: 'already_live',
      hint: `Let it end (\`holdfast resume ${id}\` where its process was killed), then \`holdfast rollback ${id}\`.`,
    });
  }
}
