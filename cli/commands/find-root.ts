import { UsageError } from '#lib/errors/usage-error.ts';
import type { Repository } from '#lib/repository/repository.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import { readRun } from '#lib/runs/run-store.ts';
import { findRunId } from './find-named.ts';

/**
 * The run that a person has started, of what he named: a run, the beginning of its id, or a run that is a part of
 * another one. @throws UsageError.
 */
export async function findRoot(repository: Repository, name: string): Promise<RunRecord> {
  let id = await findRunId(repository, name);
  for (;;) {
    const run = await readRun(repository, id);
    if (run === undefined) {
      throw new UsageError(`The run ${id} has no record in ${repository.location}.`, {
        code: 'unknown_run',
        hint: 'See `holdfast runs`.',
      });
    }
    if (run.parent === null) return run;
    id = run.parent;
  }
}
