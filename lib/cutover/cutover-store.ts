import type { Repository } from '#lib/repository/repository.ts';
import { keepSomething, letGo } from '#lib/runs/kept-store.ts';
import { runFolder } from '#lib/runs/run-id.ts';
import { type Cutover, cutoverSchema } from './cutover.ts';

/**
 * Writes where the cut-over is. It comes before the change it speaks of, and with it a mark for the sweeper, so that
 * nothing on a server is without an owner; a cut-over that keeps nothing any more loses the mark.
 */
export async function writeCutover(repository: Repository, cutover: Cutover): Promise<void> {
  const kept = { run: cutover.run, what: 'cutover' } as const;
  if (keepsSomething(cutover)) await keepSomething(repository, kept);
  await repository.putJson(cutoverKey(cutover.run), cutover);
  if (!keepsSomething(cutover)) await letGo(repository, kept);
}

/** A restore in place that has ended keeps nothing beside the target. */
function keepsSomething({ state, putAside }: Cutover): boolean {
  return state === 'planned' || state === 'staged' || putAside !== null;
}

/** The cut-over of a run, or `undefined` where none was planned. @throws DamagedError where it does not parse. */
export async function readCutover(repository: Repository, runId: string): Promise<Cutover | undefined> {
  return repository.getJson(cutoverKey(runId), cutoverSchema);
}

function cutoverKey(runId: string): string {
  return `${runFolder(runId)}cutover.json`;
}
