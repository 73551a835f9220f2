import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inngest } from '#inngest/client.ts';
import { functions } from '#inngest/functions.ts';
import { type LocalRunner, startLocalRunner } from '#inngest/local/local-runner.ts';
import type { UserConfig } from '#lib/config/config-schema.ts';
import { overrideEnvironment } from '#lib/config/environment.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { deriveRunId } from '#lib/runs/run-id.ts';
import type { RunResult } from '#lib/runs/run-record.ts';
import { readResult } from '#lib/runs/run-store.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

/** What the hammer tells each of its processes, as one JSON argument. */
export interface WorkerTask {
  /** Of its own: journal and config. A later process of the same folder takes up what a killed one has left. */
  folder: string;
  seed: number;
  /** Milliseconds since the epoch at which it ends by itself. */
  until: number;
  config: UserConfig;
  /** Variables of the repository. */
  environment: Record<string, string>;
  /** The database it backs up. */
  source: string;
}

/** Holdfast in one process of the hammer. */
export interface HammerWorker {
  task: WorkerTask;
  repository: Repository;
  random(max: number): number;
  isOver(): boolean;
  /** Runs a workflow to its end; `undefined` where it left no result. */
  run(kind: string, data: object): Promise<RunResult | undefined>;
}

const leastTurns = 4;

/** Prints one finding as a line of JSON for the hammer to count. */
export function tell(finding: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(finding)}\n`);
}

/** Runs `work` as a worker that the arguments of this process describe. */
export async function work(body: (worker: HammerWorker) => Promise<void>): Promise<void> {
  const task: WorkerTask = JSON.parse(process.argv[2] ?? '{}');
  await mkdir(task.folder, { recursive: true });
  const configFile = join(task.folder, 'holdfast.config.mjs');
  await writeFile(configFile, `export default ${JSON.stringify(task.config)};\n`);
  overrideEnvironment({
    ...{ HOLDFAST_CONFIG: configFile, HOLDFAST_STATE: join(task.folder, 'state') },
    ...{ DATABASE_URL: task.source, NEON_DATABASE_URL: undefined, ...task.environment },
  });
  const journalPath = join(task.folder, 'journal.jsonl');
  const runner = await startLocalRunner({ client: inngest, functions, journalPath, backoff: () => 50, crons: false });
  const { repository } = await openWorkspace({ create: true });
  let seed = task.seed;
  let turns = 0;
  await body({
    task,
    repository,
    random(max) {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((seed / 2 ** 32) * max);
    },
    // A process that begins late, on a slow machine, does its part all the same.
    isOver: () => ++turns > leastTurns && Date.now() > task.until,
    run: (kind, data) => runToEnd(runner, { repository, kind, data }),
  });
  await runner.idle();
  await runner.close();
}

async function runToEnd(
  runner: LocalRunner,
  { repository, kind, data }: { repository: Repository; kind: string; data: object },
): Promise<RunResult | undefined> {
  const ts = Date.now();
  const [eventId = ''] = await runner.send({ name: `holdfast/${kind}.requested`, data, ts });
  const [engineRun = ''] = runner.runsOf(eventId);
  await runner.waitForRun(engineRun);
  return readResult(repository, deriveRunId(ts, engineRun));
}
