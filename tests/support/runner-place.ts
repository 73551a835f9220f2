import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Inngest, InngestFunction } from 'inngest';
import { createInngest } from '#inngest/client.ts';
import type { RunOutcome } from '#inngest/local/journal-record.ts';
import { type LocalRunner, type LocalRunnerOptions, startLocalRunner } from '#inngest/local/local-runner.ts';
import type { RunnerChange } from '#inngest/local/scheduler.ts';

/** A folder and a client for local runners, one at a time. */
export interface RunnerPlace extends AsyncDisposable {
  folder: string;
  client: Inngest<{ id: string }>;
  /** What the runners have said that they did. */
  changes: RunnerChange[];
  /** Starts a runner, which is closed with the place. */
  open(functions: InngestFunction.Any[], options?: Partial<LocalRunnerOptions>): Promise<LocalRunner>;
}

export async function openRunnerPlace(): Promise<RunnerPlace> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-runner-'));
  const client = createInngest('app');
  const changes: RunnerChange[] = [];
  let runner: LocalRunner | undefined;
  return {
    folder,
    client,
    changes,
    async open(functions, options = {}) {
      runner = await startLocalRunner({
        client,
        functions,
        journalPath: join(folder, 'journal.jsonl'),
        backoff: () => 20,
        onChange: (change) => changes.push(change),
        ...options,
      });
      return runner;
    },
    async [Symbol.asyncDispose]() {
      await runner?.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** The trigger of the functions that `runGo` starts. */
export const go = { triggers: [{ event: 'go' }] };

/** Sends `go` and gives the outcome of the one run it starts. */
export async function runGo(runner: LocalRunner, data: Record<string, unknown> = {}): Promise<RunOutcome> {
  const [id = ''] = await runner.send({ name: 'go', data });
  const [runId = ''] = runner.runsOf(id);
  return runner.waitForRun(runId);
}
