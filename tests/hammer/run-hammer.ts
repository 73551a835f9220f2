import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { overrideEnvironment, readEnvironment } from '#lib/config/environment.ts';
import { listBackups, readManifest } from '#lib/manifest/manifest-store.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import { listRunIds, readResult } from '#lib/runs/run-store.ts';
import { planVerify } from '#lib/verify/plan-verify.ts';
import { verifyObject } from '#lib/verify/verify-object.ts';
import { startCluster } from '#tests/support/postgres-cluster.ts';
import { startS3Server } from '#tests/support/s3-server.ts';
import { runSql } from '#tests/support/with-client.ts';
import { countPrune, describeTally, type Finding, newTally, type Tally, take } from './hammer-tally.ts';
import type { WorkerTask } from './hammer-worker.ts';

export interface HammerOptions {
  seconds: number;
  seed: number;
  store: 'files' | 's3';
  print: (line: string) => void;
}

const retention = { keepLast: 2 };
/** `deadAfter` of nothing: a prune takes every backup that is being made for dead, and sweeps beside it. */
const reckless = { retention, deadAfter: '0s', retryDelay: '50ms', stepBudget: '5s' };
/** Longer than the pause between two rows, shorter than a backup. */
const graces = ['0s', '1s'] as const;
const backupWorkers = 3;

/**
 * Backs up and prunes one repository from several processes at once, kills prunes, and looks all the time whether a
 * committed backup misses a chunk; at the end every backup is read whole. Answers what was counted and what was wrong.
 */
export async function runHammer(options: HammerOptions): Promise<{ tally: Tally; wrong: string[] }> {
  const { seconds, seed, store, print } = options;
  print(`hammer: ${store}, ${seconds} s, seed ${seed}`);
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-hammer-'));
  await using cluster = await startCluster({ major: 16, settings: {} });
  await using bucket = store === 's3' ? await startS3Server() : undefined;
  const environment: Record<string, string> = bucket
    ? {
        HOLDFAST_REPOSITORY: `s3://${bucket.bucket}/hammer`,
        AWS_ENDPOINT_URL_S3: bucket.endpoint,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: bucket.account.accessKeyId,
        AWS_SECRET_ACCESS_KEY: bucket.account.secretAccessKey,
      }
    : { HOLDFAST_REPOSITORY: `file:${join(folder, 'repository')}` };
  const tally = newTally();
  for (let n = 0; n < backupWorkers; n++) await runSql(cluster.url, `create database hammer_${n}`);
  const until = Date.now() + seconds * 1000;
  const task = (name: string, more: Partial<WorkerTask>): WorkerTask => ({
    ...{ folder: join(folder, name), seed: hash(`${seed}-${name}`), until, config: reckless, environment, source: '' },
    ...more,
  });

  const first = task('backup-0', { source: cluster.urlOf('hammer_0') });
  const workers = Array.from({ length: backupWorkers }, (_, n) =>
    runWorker('backup-worker', n === 0 ? first : task(`backup-${n}`, { source: cluster.urlOf(`hammer_${n}`) }), tally),
  );
  const prunes = graces.map((sweepGrace, n) =>
    keepKilling(task(`prune-${n}`, { config: { ...reckless, sweepGrace } }), { tally, killAfterMs: 4_000 + n * 1_500 }),
  );
  const looks = [runWorker('look-worker', task('look', {}), tally)];
  await Promise.all([...workers, ...prunes, ...looks]);

  const found = await readAll(environment, tally).catch((cause: unknown) => [`reading it all failed: ${cause}`]);
  const wrong = [...tally.wrong, ...found];
  print(describeTally(tally));
  if (wrong.length === 0) await rm(folder, { recursive: true, force: true });
  else print([`WRONG, what is left: ${folder}`, ...wrong.slice(0, 20)].join('\n'));
  return { tally, wrong };
}

/** Runs one process to its end and counts what it tells. */
async function runWorker(
  program: string,
  task: WorkerTask,
  tally: Tally,
  atWork?: (child: ChildProcess) => void,
): Promise<void> {
  const file = join(import.meta.dirname, `${program}.ts`);
  const child = spawn(process.execPath, [file, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // The SDK reads its credentials from the process's own environment.
    env: { ...readEnvironment(), ...task.environment, NODE_ENV: 'production' },
  });
  let said = '';
  child.stderr.on('data', (part: Buffer) => {
    said += part.toString();
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const finding: Finding = JSON.parse(line);
    take(tally, finding);
    atWork?.(child);
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  if (child.signalCode === 'SIGKILL') tally.kills++;
  else if (child.exitCode !== 0) tally.wrong.push(`${program} ended with ${child.exitCode}: ${said.slice(-2000)}`);
}

/** Runs a prune process that is killed again and again; the last one takes up what is left and ends by itself. */
async function keepKilling(
  task: WorkerTask,
  { tally, killAfterMs }: { tally: Tally; killAfterMs: number },
): Promise<void> {
  do {
    let timer: NodeJS.Timeout | undefined;
    const kill = (child: ChildProcess): void => {
      // From its first prune on: one that was killed before it began would prove nothing.
      if (Date.now() + killAfterMs < task.until) timer ??= setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    };
    await runWorker('prune-worker', task, tally, kill);
    clearTimeout(timer);
  } while (Date.now() < task.until);
}

/** Reads every object of every backup. */
async function readAll(environment: Record<string, string>, tally: Tally): Promise<string[]> {
  overrideEnvironment(environment);
  const location = environment['HOLDFAST_REPOSITORY'] ?? '';
  const endpoint = environment['AWS_ENDPOINT_URL_S3'];
  for (const [name, value] of Object.entries(environment)) if (name.startsWith('AWS_')) process.env[name] = value;
  const repository = await openRepository({
    ...{ location, access: 'read' },
    ...(endpoint === undefined ? {} : { s3: { endpoint, region: 'us-east-1' } }),
  });
  const wrong: string[] = [];
  const there = new Set<string>();
  for (const backup of await listBackups(repository)) {
    there.add(backup.backupId);
    const manifest = await readManifest(repository, backup);
    for (const object of planVerify(manifest, { lanes: 1, sample: null }).lanes.flat()) {
      const damage = await verifyObject(repository, object, manifest.codec);
      tally.objectsRead++;
      if (damage) wrong.push(`${backup.backupId}: ${damage.says}`);
    }
    tally.backupsRead++;
  }
  // The one told last may have begun long before: the rules go by ids.
  for (const newest of tally.committed.toSorted().slice(-1))
    if (!there.has(newest)) wrong.push(`${newest} is the newest that was committed, and is gone`);
  for (const id of await listRunIds(repository)) {
    const result = await readResult(repository, id);
    if (result?.run.kind === 'prune') countPrune(tally, result.outcome);
  }
  for await (const { key } of repository.store.list('sweep/')) tally.left.push(key);
  for await (const { key } of repository.store.list('committing/')) tally.left.push(key);
  return wrong;
}

function hash(text: string): number {
  let number = 2_166_136_261;
  for (const letter of text) number = Math.imul(number ^ (letter.codePointAt(0) ?? 0), 16_777_619) >>> 0;
  return number;
}
