import { listFamily } from '#lib/runs/children-store.ts';
import { findLastSign } from '#lib/runs/find-last-sign.ts';
import { listKept } from '#lib/runs/kept-store.ts';
import { readResult, readRun } from '#lib/runs/run-store.ts';
import { findWaiting } from '#lib/runs/waiting-store.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { readCutover } from './cutover-store.ts';
import type { KeptRun } from './plan-sweep.ts';

/** All runs that have left something behind. Reads only. */
export async function readKeptRuns({ repository }: Workspace): Promise<KeptRun[]> {
  const kept = Map.groupBy(await listKept(repository), ({ run }) => run);
  const runs: KeptRun[] = [];
  for (const [run, things] of kept) {
    const record = await readRun(repository, run);
    if (record === undefined) continue;
    // What its parts do are signs of the run's own life.
    const family = await listFamily(repository, run);
    const lastSign = await findLastSign(repository, { family, start: new Date(record.startedAt) });
    const result = await readResult(repository, run);
    const waiting = await findWaiting(repository, run);
    runs.push({
      run,
      lastSign,
      endedAt: result ? new Date(result.completedAt) : null,
      waitsUntil: waiting ? new Date(waiting.until) : null,
      cutover: await readCutover(repository, run),
      keeps: things.map(({ what }) => what),
    });
  }
  return runs;
}
