import { RefusedError } from '#lib/errors/refused-error.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import { listChildren } from '#lib/runs/children-store.ts';
import { readRun } from '#lib/runs/run-store.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import type { Cutover } from './cutover.ts';
import { readCutover } from './cutover-store.ts';

/**
 * The cut-over of a run or of the run that is a part of it: a person names the transfer, its restore made the cut-over.
 * @throws UsageError (no such run), RefusedError (the run made no cut-over).
 */
export async function findCutover({ repository }: Workspace, runId: string): Promise<Cutover> {
  for (const id of [runId, ...(await listChildren(repository, runId))]) {
    const cutover = await readCutover(repository, id);
    if (cutover !== undefined) return cutover;
  }
  const run = await readRun(repository, runId);
  if (run === undefined) {
    throw new UsageError(`There is no run "${runId}" in ${repository.location}.`, {
      code: 'unknown_run',
      hint: 'See `holdfast runs`.',
    });
  }
  throw new RefusedError(`Run ${runId} is a ${run.kind} that made no cut-over: there is nothing to take back.`, {
    code: 'no_cutover',
    hint: 'Name a restore or a transfer; `holdfast runs` lists them.',
  });
}
