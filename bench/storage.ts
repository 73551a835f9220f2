// What S3 and encryption cost a backup, and how fast a verification reads: node bench/storage.ts [--rounds N] [--events N]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Measured, measure, median } from '#bench/measure.ts';
import { benchMajor, withBenchPlace } from '#bench/place.ts';
import { generateKey } from '#lib/repository/encryption/repository-key.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, events: { type: 'string', default: '2600000' } },
});
const rounds = Number(values.rounds);
const key = generateKey();

/** One kind of repository with what was measured on it. */
interface Kind {
  name: string;
  environment: Record<string, string>;
  backups: Measured[];
  verifications: Measured[];
}

/** A fresh S3 server for one round: what it holds lies in its memory. */
async function withS3Server<T>(use: (environment: Record<string, string>) => Promise<T>): Promise<T> {
  const server = spawn(process.execPath, [join(import.meta.dirname, 's3-server-main.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = await once(server.stdout, 'data');
    const { endpoint, bucket, accessKeyId, secretAccessKey } = JSON.parse(String(line));
    return await use({
      HOLDFAST_REPOSITORY: `s3://${bucket}/bench`,
      ...{ AWS_ENDPOINT_URL_S3: endpoint, AWS_REGION: 'us-east-1' },
      ...{ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
    });
  } finally {
    server.kill('SIGKILL');
  }
}

const seconds = (runs: readonly Measured[]): number => median(runs.map((run) => run.seconds));

/** Seconds of the run itself, without what the command line takes to begin. */
function runSeconds({ stdout }: Measured): number {
  return JSON.parse(stdout).durationMs / 1000;
}

function describeBackups(name: string, ours: readonly Measured[], plain: readonly Measured[], bound: string): string {
  const peak = Math.max(...ours.map(({ peakMb }) => peakMb)).toFixed(0);
  const run = (median(ours.map(runSeconds)) / median(plain.map(runSeconds))).toFixed(2);
  const cpu = [ours, plain].map((runs) => median(runs.map(({ cpuSeconds }) => cpuSeconds)));
  const work = `${((cpu[0] ?? 0) / (cpu[1] ?? 0)).toFixed(2)} × (${cpu.map((one) => `${one.toFixed(2)} s`).join(' against ')})`;
  const times = `${seconds(ours).toFixed(2)} s against ${seconds(plain).toFixed(2)} s`;
  return `| ${name} | ${bound} | ${(seconds(ours) / seconds(plain)).toFixed(2)} × | ${times}; the runs alone ${run} ×; processor time ${work}; peak ${peak} MB |`;
}

function describeVerifications({ name, verifications }: Kind, megabytes: number): string {
  const [whole, run] = [seconds(verifications), median(verifications.map(runSeconds))];
  const peak = Math.max(...verifications.map(({ peakMb }) => peakMb)).toFixed(0);
  const cpu = median(verifications.map(({ cpuSeconds }) => cpuSeconds)).toFixed(2);
  return `| verify, ${name} | ≥ 300 MB/s | ${(megabytes / run).toFixed(0)} MB/s | ${megabytes.toFixed(0)} MB of COPY text in ${run.toFixed(2)} s, ${whole.toFixed(2)} s with the start of the process, ${cpu} s of processor time in all; peak ${peak} MB |`;
}

await withBenchPlace(async ({ cluster, folder, fill }) => {
  await fill('source', { name: 'source', tables: ['events', 'sessions'], events: Number(values.events) });
  const kind = (name: string, environment: Record<string, string> = {}): Kind => ({
    ...{ name, environment },
    ...{ backups: [], verifications: [] },
  });
  const files = kind('files');
  const sealed = kind('files, encrypted', { HOLDFAST_KEY: key });
  const bucket = kind('S3');
  let megabytes = 0;
  const holdfast = (args: readonly string[], environment: Record<string, string>): Promise<Measured> =>
    measure(process.execPath, ['cli/holdfast.js', ...args, '--json', '--quiet'], {
      DATABASE_URL: cluster.urlOf('source'),
      HOLDFAST_STATE: join(folder, 'state'),
      HOLDFAST_REPOSITORY: `file:${join(folder, 'repository')}`,
      ...environment,
    });
  const play = async ({ backups, verifications }: Kind, environment: Record<string, string>): Promise<void> => {
    await rm(join(folder, 'repository'), { recursive: true, force: true });
    const backup = await holdfast(['backup'], environment);
    megabytes = Number(JSON.parse(backup.stdout).outcome.totals.bytes) / 1e6;
    backups.push(backup);
    verifications.push(await holdfast(['verify', 'latest'], environment));
  };
  const loads: string[] = [];
  for (let round = 0; round < rounds; round++) {
    const plays = [
      () => play(files, files.environment),
      () => play(sealed, sealed.environment),
      () => withS3Server((environment) => play(bucket, environment)),
    ];
    // Each kind comes first in turn: what ran before leaves work to the disk.
    for (let at = 0; at < plays.length; at++) await plays[(round + at) % plays.length]?.();
    loads.push((loadavg()[0] ?? Number.NaN).toFixed(1));
  }
  console.log(
    `${cpus().length} cores, Node ${process.versions.node}, PostgreSQL ${benchMajor}, ${megabytes.toFixed(0)} MB of COPY text, medians of ${rounds}, load ${loads.join(', ')}`,
  );
  console.log('| figure | bound | measured | detail |\n| --- | --- | --- | --- |');
  console.log(describeBackups('backup to S3 against files', bucket.backups, files.backups, '≤ 1.15 ×'));
  console.log(describeBackups('backup encrypted against plain, files', sealed.backups, files.backups, '≤ 1.15 ×'));
  for (const one of [files, sealed, bucket]) console.log(describeVerifications(one, megabytes));
});
