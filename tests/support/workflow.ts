import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InngestFunction } from 'inngest';
import { inngest } from '#inngest/client.ts';
import { loadFunctions } from '#inngest/load-functions.ts';
import { type LocalRunner, startLocalRunner } from '#inngest/local/local-runner.ts';
import type { UserConfig } from '#lib/config/config-schema.ts';
import { type Environment, overrideEnvironment } from '#lib/config/environment.ts';
import type { Proof } from '#lib/proof/proof.ts';
import { readProof } from '#lib/proof/proof-store.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { deriveRunId } from '#lib/runs/run-id.ts';
import type { RunKind, RunResult } from '#lib/runs/run-record.ts';
import { readResult } from '#lib/runs/run-store.ts';
import { openWorkspace, type Workspace } from '#lib/workspace/open-workspace.ts';

/** How a run of a test ended. */
export interface FinishedRun {
  id: string;
  /** `result.json`, whole. */
  result: RunResult;
  /** The proof, where the run got that far. */
  proof: Proof | undefined;
}

/** Holdfast with a repository, a state folder, a config and a runner of its own. */
export interface Holdfast {
  runner: LocalRunner;
  repository: Repository;
  /** The repository's folder. */
  folder: string;
  workspace(): Promise<Workspace>;
  /** Backs the connection `source` up and answers how that ended, well or not. */
  backup(request?: object): Promise<FinishedRun>;
  /** Restores the latest backup into the connection `target` and answers how that ended, well or not. */
  restore(request?: object): Promise<FinishedRun>;
  /** Sends the event of a workflow, `transfer` and so on, and answers how its run ended, well or not. */
  run(kind: RunKind, data: object): Promise<FinishedRun>;
  /** Sends an event and answers at once; `finished` waits for the run's end. */
  start(event: { name: string; data: object }): Promise<{ id: string; finished: Promise<FinishedRun> }>;
}

/** What a fixture is made of; the connections are `source` and `target`. */
export interface HoldfastOptions {
  source?: string;
  target?: string;
  config?: UserConfig;
  environment?: Environment;
  /** Functions of another service, which the same events reach. */
  functions?: InngestFunction.Any[];
  /** The repository's folder of another fixture, so that two installations share it. */
  repository?: string;
}

/**
 * Runs `use` with Holdfast in this process, driving the real functions by the local runner. Tests of one file run one
 * after the other, which the overridden environment needs; everything is undone afterwards.
 */
export async function withHoldfast<T>(options: HoldfastOptions, use: (holdfast: Holdfast) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-workflow-'));
  const configFile = join(folder, 'holdfast.config.mjs');
  const repositoryFolder = options.repository ?? join(folder, 'repository');
  await writeFile(configFile, `export default ${JSON.stringify({ retryDelay: '10ms', ...options.config })};\n`);
  overrideEnvironment({
    HOLDFAST_CONFIG: configFile,
    HOLDFAST_STATE: join(folder, 'state'),
    HOLDFAST_REPOSITORY: `file:${repositoryFolder}`,
    HOLDFAST_DATABASE_SOURCE_URL: options.source,
    HOLDFAST_DATABASE_TARGET_URL: options.target,
    DATABASE_URL: undefined,
    NEON_DATABASE_URL: undefined,
    ...options.environment,
  });
  const journalPath = join(folder, 'journal.jsonl');
  const runner = await startLocalRunner({
    client: inngest,
    functions: [...(await loadFunctions()), ...(options.functions ?? [])],
    journalPath,
    backoff: () => 10,
  });
  try {
    const { repository } = await openWorkspace({ create: true });
    const start: Holdfast['start'] = async (event) => {
      const ts = Date.now();
      const [eventId] = await runner.send({ ...event, ts });
      const [engineRun = ''] = runner.runsOf(eventId ?? '');
      const id = deriveRunId(ts, engineRun);
      return { id, finished: runner.waitForRun(engineRun).then(() => readFinished(repository, id)) };
    };
    const finish = async (event: { name: string; data: object }): Promise<FinishedRun> =>
      await (await start(event)).finished;
    return await use({
      runner,
      repository,
      folder: repositoryFolder,
      workspace: () => openWorkspace(),
      start,
      run: (kind, data) => finish({ name: `holdfast/${kind}.requested`, data }),
      backup: (request = {}) =>
        finish({ name: 'holdfast/backup.requested', data: { connection: 'source', ...request } }),
      restore: (request = {}) =>
        finish({ name: 'holdfast/restore.requested', data: { backup: 'latest', to: 'target', ...request } }),
    });
  } finally {
    await runner.close();
    overrideEnvironment({});
    await rm(folder, { recursive: true, force: true });
  }
}

async function readFinished(repository: Repository, id: string): Promise<FinishedRun> {
  const result = await readResult(repository, id);
  if (result === undefined) throw new Error(`run ${id} ended without a result`);
  return { id, result, proof: await readProof(repository, id) };
}
