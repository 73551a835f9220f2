import { setTimeout as sleep } from 'node:timers/promises';
import type { Repository } from '#lib/repository/repository.ts';
import type { RunRecord, RunResult } from '#lib/runs/run-record.ts';
import { listRunIds, readResult, readRun } from '#lib/runs/run-store.ts';

/** The run an event has started, as soon as its record is in the repository. */
export async function findRun(repository: Repository, eventId: string): Promise<RunRecord> {
  for (;;) {
    for (const id of await listRunIds(repository)) {
      const run = await readRun(repository, id);
      if (run?.eventId === eventId) return run;
    }
    await sleep(100);
  }
}

/** Its result, as soon as it is there. */
export async function waitForResult(repository: Repository, eventId: string): Promise<RunResult> {
  const run = await findRun(repository, eventId);
  for (;;) {
    const result = await readResult(repository, run.id);
    if (result !== undefined) return result;
    await sleep(100);
  }
}
