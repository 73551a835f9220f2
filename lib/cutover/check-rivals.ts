import type { Check } from '#lib/report/check.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { listKept } from '#lib/runs/kept-store.ts';
import { readResult } from '#lib/runs/run-store.ts';
import { readCutover } from './cutover-store.ts';

/**
 * Whether another run that has not ended is about to replace the same connection: its work or ours would be for
 * nothing. Two that begin in the same moment do not see each other; then the database's identity decides at the cut-over.
 */
export async function checkRivals(
  repository: Repository,
  { runId, target }: { runId: string; target: string },
): Promise<Check> {
  const rival = await findRival(repository, { runId, target });
  return {
    name: 'one restore at a time',
    object: `connection ${target}`,
    passed: rival === undefined,
    detail: rival === undefined ? 'no other run is at work on it' : `run ${rival} is at work on it, and has not ended`,
    hint:
      rival === undefined
        ? ''
        : `Wait for it. Where its process was killed: \`holdfast resume ${rival}\`, or \`holdfast cancel ${rival}\`.`,
  };
}

async function findRival(
  repository: Repository,
  { runId, target }: { runId: string; target: string },
): Promise<string | undefined> {
  for (const { run, what } of await listKept(repository)) {
    if (what !== 'cutover' || run === runId) continue;
    const cutover = await readCutover(repository, run);
    const underWay = cutover?.target === target && (cutover.state === 'planned' || cutover.state === 'staged');
    if (underWay && (await readResult(repository, run)) === undefined) return run;
  }
  return undefined;
}
