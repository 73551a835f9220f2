import { UsageError } from '#lib/errors/usage-error.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { isRunId } from '#lib/runs/run-id.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import { readRun } from '#lib/runs/run-store.ts';

/** The run of an address. @throws UsageError (`unknown_run`) where there is none of this id. */
export async function requireRun(repository: Repository, id: string): Promise<RunRecord> {
  const run = isRunId(id) ? await readRun(repository, id) : undefined;
  if (run !== undefined) return run;
  throw new UsageError(`There is no run ${JSON.stringify(id)}.`, {
    code: 'unknown_run',
    hint: 'The console’s page of runs, `holdfast runs` and GET /api/v1/runs list them.',
  });
}

/** The run that a person has started, of which the named one is or is not a part. */
export async function requireRoot(repository: Repository, id: string): Promise<RunRecord> {
  const run = await requireRun(repository, id);
  return run.parent === null ? run : requireRoot(repository, run.parent);
}

/** The connections that a run reads or changes: who is limited to some of them may not touch another. */
export function connectionsOf({ connection, target }: RunRecord): string[] {
  return [...new Set([connection, target].filter((name) => name !== null))];
}
