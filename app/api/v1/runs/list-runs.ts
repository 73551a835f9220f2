import { takePage } from '#app/http/read-page.ts';
import type { Identity } from '#lib/access/identity.ts';
import { isRunInScope } from '#lib/access/run-scope.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { listRunIds, readRun } from '#lib/runs/run-store.ts';

/** A page of the ids of the runs that an identity may see, newest first. */
export async function listRuns(
  repository: Repository,
  identity: Identity,
  page: { limit: number; before?: string | undefined },
): Promise<{ items: string[]; next: string | null }> {
  const all = await listRunIds(repository);
  if (identity.scope === null) return takePage(all, { ...page, idOf: (id) => id });
  const seen: string[] = [];
  for (const id of all) {
    if (page.before !== undefined && id >= page.before) continue;
    const run = await readRun(repository, id);
    if (run !== undefined && isRunInScope(identity, run)) seen.push(id);
    if (seen.length > page.limit) break;
  }
  return takePage(seen, { limit: page.limit, idOf: (id) => id });
}
