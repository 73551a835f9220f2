// Server time of pages over a large repository: node bench/pages.ts [--backups N] [--runs N] [--stores files,s3] [--series lost,new,settled,warm]
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { fillRepository } from '#bench/fill-repository.ts';
import { median } from '#bench/measure.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import { renewIndex } from '#lib/summaries/renew-index.ts';
import { type AppServer, startApp, token } from '#tests/e2e/app-server.ts';
import { startS3Server } from '#tests/support/s3-server.ts';

const { values } = parseArgs({
  options: {
    backups: { type: 'string', default: '5000' },
    runs: { type: 'string', default: '20000' },
    stores: { type: 'string', default: 'files,s3' },
    /** What is asked: new processes without an index, with it, the same after some seconds, and one process many times. */
    series: { type: 'string', default: 'lost,new,settled,warm' },
    /** Warm answers of each page. */
    rounds: { type: 'string', default: '20' },
  },
});
const rounds = Number(values.rounds);
const series = new Set(values.series.split(','));
const boundMs = 300;
/** By then a server has listed what is there, which it does by itself. */
const settleMs = 5_000;

interface Place {
  name: string;
  environment: Record<string, string>;
  /** Requests that the store has answered since the start; `undefined` where nobody counts. */
  asked(): number | undefined;
  repository: Parameters<typeof openRepository>[0];
  forgetIndex(): Promise<void>;
}

async function main(): Promise<void> {
  const begun = performance.now();
  const filled = await fillRepository({ backups: Number(values.backups), runs: Number(values.runs), now: new Date() });
  const since = (): string => `${((performance.now() - begun) / 1000).toFixed(1)} s`;
  console.log(`${since()}: ${filled.objects.size} objects made`);
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-pages-'));
  try {
    for (const store of values.stores.split(',')) {
      await using place =
        store === 's3' ? await placeInBucket(folder, filled.objects) : await placeInFolder(folder, filled.objects);
      console.log(`${since()}: ${place.name} filled`);
      await measurePlace(place, pagesOf(filled));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  const [cpu] = cpus();
  console.log(
    `\n${cpus().length} × ${cpu?.model}; Node ${process.version}; load ${loadavg()[0]?.toFixed(1)}; ${since()}`,
  );
}

function pagesOf({ backup, run }: { backup: { connection: string; backupId: string }; run: string }): string[] {
  const { connection, backupId } = backup;
  return [
    ...['/', '/backups', '/backups?label=release', `/backups/${connection}/${backupId}`],
    ...['/runs', '/runs?kind=drill', '/runs?status=failed', `/runs/${run}`],
    ...['/restore', `/restore?backup=${backupId}&from=${connection}`, '/recover', '/transfer'],
    ...['/settings', '/settings/retention', '/settings/audit'],
    ...['/api/v1/backups', '/api/v1/runs', '/api/v1/status', '/api/metrics'],
  ];
}

/** First without an index, then with it by a new process for each page, then warm. */
async function measurePlace(place: Place, pages: readonly string[]): Promise<void> {
  console.log(
    `\n| ${place.name} | no index, new process | new process | the same, 5 s old | warm, median | warm, worst | requests: no index, new, 5 s, warm |`,
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  const lost = new Map<string, Answer>();
  for (const page of series.has('lost') ? pages : []) {
    await place.forgetIndex();
    await using app = await startApp({ environment: place.environment });
    lost.set(page, await ask(app, page, place));
  }
  const repository = await openRepository(place.repository);
  await renewIndex(repository, { anew: true });
  const [cold, settled] = [new Map<string, Answer>(), new Map<string, Answer>()];
  for (const [name, answers, wait] of [
    ['new', cold, 0],
    ['settled', settled, settleMs],
  ] as const) {
    for (const page of series.has(name) ? pages : []) {
      await using app = await startApp({ environment: place.environment });
      await sleep(wait);
      answers.set(page, await ask(app, page, place));
    }
  }
  await using app = await startApp({ environment: place.environment });
  for (const page of pages) {
    const warm: Answer[] = [];
    // The first of them is not warm.
    for (let round = 0; series.has('warm') && round <= rounds; round++) warm.push(await ask(app, page, place));
    warm.shift();
    const times = warm.map(({ ms }) => ms);
    const [first, fresh, old] = [lost.get(page), cold.get(page), settled.get(page)];
    const worst = times.length === 0 ? undefined : Math.max(...times);
    const mark = (worst ?? 0) > boundMs || (old?.ms ?? 0) > boundMs ? ' (!)' : '';
    const counts = [first, fresh, old, warm.at(-1)].map((answer) => answer?.requests ?? '-').join(', ');
    const cells = [first?.ms, fresh?.ms, old?.ms, worst && median(times), worst].map((ms) =>
      ms ? `${ms.toFixed(0)} ms` : '-',
    );
    console.log(`| \`${page}\`${mark} | ${cells.join(' | ')} | ${counts} |`);
  }
}

interface Answer {
  ms: number;
  requests: number | undefined;
}

/** Until the last byte, by a client on the same machine. */
async function ask(app: AppServer, page: string, place: Place): Promise<Answer> {
  const before = place.asked();
  const begun = performance.now();
  const response = await fetch(`${app.url}${page}`, {
    headers: { authorization: `Bearer ${token}` },
    redirect: 'manual',
  });
  const body = await response.text();
  const ms = performance.now() - begun;
  if (response.status !== 200) throw new Error(`${page}: ${response.status} ${body.slice(0, 300)}\n${app.log()}`);
  const after = place.asked();
  return { ms, requests: before === undefined || after === undefined ? undefined : after - before };
}

async function placeInFolder(folder: string, objects: ReadonlyMap<string, Buffer>): Promise<Place & AsyncDisposable> {
  const root = join(folder, 'repository');
  const made = new Set<string>();
  for (const [key, bytes] of objects) {
    const path = join(root, key);
    if (!made.has(dirname(path))) await mkdir(dirname(path), { recursive: true });
    made.add(dirname(path));
    await writeFile(path, bytes);
  }
  const location = `file:${root}`;
  return {
    name: 'a folder',
    environment: { HOLDFAST_REPOSITORY: location, HOLDFAST_STATE: join(folder, 'state'), ...(await configure(folder)) },
    asked: () => undefined,
    repository: { location, access: 'read' },
    forgetIndex: () => rm(join(root, 'index'), { recursive: true, force: true }),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

async function placeInBucket(folder: string, objects: ReadonlyMap<string, Buffer>): Promise<Place & AsyncDisposable> {
  const server = await startS3Server();
  for (const [key, bytes] of objects) server.state.put(`p/${key}`, bytes);
  const { endpoint, bucket, account } = server;
  const location = `s3://${bucket}/p`;
  return {
    name: "the tests' S3 server",
    environment: {
      ...{
        HOLDFAST_REPOSITORY: location,
        AWS_ENDPOINT_URL_S3: endpoint,
        AWS_REGION: 'us-east-1',
        HOLDFAST_STATE: join(folder, 'state-s3'),
      },
      ...{ AWS_ACCESS_KEY_ID: account.accessKeyId, AWS_SECRET_ACCESS_KEY: account.secretAccessKey },
      ...(await configure(folder)),
    },
    asked: () => server.answers.length,
    repository: {
      location,
      access: 'read',
      s3: { endpoint, region: 'us-east-1', forcePathStyle: true, credentials: account },
    },
    async forgetIndex() {
      for (const key of [...server.state.objects.keys()])
        if (key.startsWith('p/index/')) server.state.objects.delete(key);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** A retention by which most of the backups would go, so that its page has something to read. */
async function configure(folder: string): Promise<Record<string, string>> {
  const config = join(folder, 'holdfast.config.ts');
  await writeFile(config, 'export default { retention: { keepLast: 24, daily: 30, weekly: 26 } };\n');
  return { HOLDFAST_CONFIG: config, ...bareDatabases };
}

const bareDatabases = Object.fromEntries(
  ['PRODUCTION', 'ANALYTICS', 'BILLING'].map((name) => [
    `HOLDFAST_DATABASE_${name}_URL`,
    `postgres://nobody@127.0.0.1:1/${name.toLowerCase()}`,
  ]),
);

await main();
