import { takePage } from '#app/http/read-page.ts';
import type { Identity } from '#lib/access/identity.ts';
import { connectionsOfRun, isRunInScope } from '#lib/access/run-scope.ts';
import type { Repository } from '#lib/repository/repository.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import { listRunIds, readRun } from '#lib/runs/run-store.ts';

/** A page of the ids of the runs that an identity may see, newest first; of one connection or of all. */
export async function listRuns(
  repository: Repository,
  identity: Identity,
  page: { limit: number; before?: string | undefined; connection?: string | undefined },
): Promise<{ items: string[]; next: string | null }> {
  const all = await listRunIds(repository);
  if (identity.scope === null && page.connection === undefined) return takePage(all, { ...page, idOf: (id) => id });
  const seen: string[] = [];
  for (const id of all) {
    if (page.before !== undefined && id >= page.before) continue;
    const run = await readRun(repository, id);
    if (run !== undefined && isRunInScope(identity, run) && isAbout(run, page.connection)) seen.push(id);
    if (seen.length > page.limit) break;
  }
  return takePage(seen, { limit: page.limit, idOf: (id) => id });
}

function isAbout(run: RunRecord, connection: string | undefined): boolean {
  return connection === undefined || connectionsOfRun(run).includes(connection);
}
