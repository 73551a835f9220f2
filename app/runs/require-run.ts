import { noteRefusal, whoOf } from '#app/http/audited.ts';
import type { Caller } from '#app/http/identify.ts';
import type { Identity } from '#lib/access/identity.ts';
import type { Action } from '#lib/access/may.ts';
import { isRunInScope } from '#lib/access/run-scope.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { isRunId } from '#lib/runs/run-id.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import { readRun } from '#lib/runs/run-store.ts';

/**
 * The run of an address, for somebody who looks at it. @throws UsageError (`unknown_run`) where there is none of this id
 * that he may see: who is limited to other connections is not told that there is one.
 */
export async function requireRun(
  repository: Repository,
  { id, identity }: { id: string; identity: Identity },
): Promise<RunRecord> {
  const run = await findRun(repository, id);
  if (run !== undefined && isRunInScope(identity, run)) return run;
  throw unknownRun(id);
}

/**
 * The run that a person has started, of which the named one is or is not a part, for somebody who wants to change
 * something of it: a part is decided about by its whole. What he may not see is in the log as a refusal.
 * @throws UsageError (`unknown_run`).
 */
export async function requireRoot(
  repository: Repository,
  { id, caller, action }: { id: string; caller: Caller; action: Action },
): Promise<RunRecord> {
  const root = await findRoot(repository, id);
  if (root === undefined) throw unknownRun(id);
  if (isRunInScope(caller.identity, root)) return root;
  await noteRefusal({ ...whoOf(caller), what: action, object: id }, 'out_of_scope');
  throw unknownRun(id);
}

async function findRun(repository: Repository, id: string): Promise<RunRecord | undefined> {
  return isRunId(id) ? readRun(repository, id) : undefined;
}

async function findRoot(repository: Repository, id: string): Promise<RunRecord | undefined> {
  const run = await findRun(repository, id);
  return run === undefined || run.parent === null ? run : findRoot(repository, run.parent);
}

function unknownRun(id: string): UsageError {
  return new UsageError(`There is no run ${JSON.stringify(id)}.`, {
    code: 'unknown_run',
    hint: 'The console’s page of runs, `holdfast runs` and GET /api/v1/runs list them.',
  });
}
