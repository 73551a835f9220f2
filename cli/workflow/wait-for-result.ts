import { setTimeout as sleep } from 'node:timers/promises';
import type { Repository } from '#lib/repository/repository.ts';
import type { RunResult } from '#lib/runs/run-record.ts';
import { readResult } from '#lib/runs/run-store.ts';

const pollMs = 1_000;

/** How a run that another process drives has ended, once it has. `look` is called with every look at it. */
export async function waitForResult(
  repository: Repository,
  runId: string,
  { signal, look }: { signal: AbortSignal; look?: () => Promise<void> },
): Promise<RunResult> {
  for (;;) {
    const result = await readResult(repository, runId);
    if (result !== undefined) return result;
    await look?.();
    await sleep(pollMs, undefined, { signal });
  }
}
