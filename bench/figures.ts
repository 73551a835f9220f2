// The figures of the README against their peers: node bench/figures.ts [--rounds N] [--events N] [--only NAME,...]
import { rm, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureDirectBackup } from '#bench/direct-backup.ts';
import { type Measured, median } from '#bench/measure.ts';
import { type BenchPlace, benchMajor, withBenchPlace } from '#bench/place.ts';
import { runSql } from '#tests/support/with-client.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    events: { type: 'string', default: '3200000' },
    only: { type: 'string', default: 'backup,one-table,restore,digests,memory,incremental,durable' },
  },
});
const rounds = Number(values.rounds);
const events = Number(values.events);
const only = values.only.split(',');
const both = ['events', 'sessions'] as const;
const lines: string[] = [];

interface Figure {
  name: string;
  bound: string;
  measured: string;
  detail: string;
}

function say({ name, bound, measured, detail }: Figure): void {
  const line = `| ${name} | ${bound} | ${measured} | ${detail} |`;
  lines.push(line);
  console.log(line);
}

const seconds = (runs: readonly Measured[]): number => median(runs.map((run) => run.seconds));

function compare(name: string, bound: string, ours: readonly Measured[], peer: readonly Measured[]): void {
  const peak = Math.max(...ours.map(({ peakMb }) => peakMb)).toFixed(0);
  const ratio = (seconds(ours) / seconds(peer)).toFixed(2);
  const detail = `${seconds(ours).toFixed(2)} s against ${seconds(peer).toFixed(2)} s, peak ${peak} MB`;
  say({ name, bound, measured: `${ratio} ×`, detail });
}

async function dump(place: BenchPlace, database: string): Promise<Measured> {
  await rm(join(place.folder, 'dump'), { recursive: true, force: true });
  const args = ['-Fd', '-j2', '-Z1', '-f', join(place.folder, 'dump'), place.cluster.urlOf(database)];
  return place.postgres('pg_dump', args);
}

async function backup(place: BenchPlace, database: string): Promise<Measured> {
  await place.forgetRepository();
  return place.holdfast(['backup'], { source: database });
}

async function interleave(body: { ours: () => Promise<Measured>; peer: () => Promise<Measured> }) {
  const ours: Measured[] = [];
  const peer: Measured[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(await body.ours());
    peer.push(await body.peer());
  }
  return { ours, peer };
}

async function figureBackup(
  place: BenchPlace,
  database: string,
  about: { name: string; bound: string },
): Promise<void> {
  const { ours, peer } = await interleave({ ours: () => backup(place, database), peer: () => dump(place, database) });
  compare(about.name, about.bound, ours, peer);
}

/** Until the copy is whole: ledger, rows, indexes and ANALYZE, before the proof, which the peer does not have. */
function untilProof(run: Measured): Measured {
  const result: { timeline: { slug: string; attempts: { endedAt: string }[] }[] } = JSON.parse(run.stdout);
  const finish = result.timeline.find(({ slug }) => slug === 'finish')?.attempts.at(-1)?.endedAt ?? '';
  return { ...run, seconds: (Date.parse(finish) - run.startedAt) / 1000 };
}

async function figureRestore(place: BenchPlace): Promise<void> {
  await backup(place, 'two');
  await dump(place, 'two');
  const whole: Measured[] = [];
  const ours = async (): Promise<Measured> => {
    await place.create('copy');
    await runSql(place.cluster.url, 'checkpoint');
    const run = await place.holdfast(['restore', 'latest', '--to', 'neon'], { source: 'two', target: 'copy' });
    whole.push(run);
    return untilProof(run);
  };
  const peer = async (): Promise<Measured> => {
    const url = await place.create('copy');
    await runSql(place.cluster.url, 'checkpoint');
    const restored = await place.postgres('pg_restore', ['-j2', '-d', url, join(place.folder, 'dump')]);
    const analyzed = await place.postgres('psql', ['-qc', 'analyze', url]);
    return { ...restored, seconds: restored.seconds + analyzed.seconds };
  };
  const measured = await interleave({ ours, peer });
  compare(
    'restore, 2 tables, indexes, ledger, ANALYZE',
    '≤ 1.0 × pg_restore -j2 + ANALYZE',
    measured.ours,
    measured.peer,
  );
  compare('the same with the proof by content', '(no bound)', whole, measured.peer);
}

async function figureDirect(place: BenchPlace, which: 'digests' | 'durable'): Promise<void> {
  const direct = async (digest: boolean): Promise<Measured> => {
    await place.forgetRepository();
    return measureDirectBackup({ url: place.cluster.urlOf('two'), repository: place.repository, digest });
  };
  if (which === 'digests') {
    const { ours, peer } = await interleave({ ours: () => direct(true), peer: () => direct(false) });
    const name = 'rows read and stored, with digests against without';
    return compare(name, '≤ 1.15 ×', ours, peer);
  }
  const { ours, peer } = await interleave({ ours: () => backup(place, 'two'), peer: () => direct(true) });
  compare('backup by the durable layer against the same calls without it', '< 1.03 ×', ours, peer);
}

async function figureIncremental(place: BenchPlace): Promise<void> {
  const newBytes = async (): Promise<{ stored: number; added: number }> => {
    const run = await place.holdfast(['backup'], { source: 'two' });
    const result: { outcome: { totals: { stored: string; newStored: string } } } = JSON.parse(run.stdout);
    return { stored: Number(result.outcome.totals.stored), added: Number(result.outcome.totals.newStored) };
  };
  const share = ({ stored, added }: { stored: number; added: number }): string =>
    `${((added / stored) * 100).toFixed(2)} %`;
  await backup(place, 'two');
  say({ name: 'second backup, nothing changed', bound: '< 1 % new', measured: share(await newBytes()), detail: '' });
  const url = place.cluster.urlOf('two');
  const from = Math.round(events / 2);
  await runSql(url, `update events set note = 'changed' where id between ${from} and ${from + events / 100}`);
  const near = share(await newBytes());
  say({ name: '1 % of one table updated, neighbouring keys', bound: '< 10 % new', measured: near, detail: '' });
  await runSql(url, `update events set note = 'changed again' where id % 100 = 7`);
  const far = share(await newBytes());
  say({
    name: '1 % of one table updated, every 100th key',
    bound: '(no bound)',
    measured: far,
    detail: 'touches every page',
  });
}

async function main(): Promise<void> {
  const started = new Date().toISOString();
  await withBenchPlace(async (place) => {
    const bytes = await place.fill('two', { name: 'two', tables: both, events });
    const size = await runSql(bytes, `select pg_size_pretty(pg_database_size(current_database())) as size`);
    console.log(`two tables: ${JSON.stringify(size)}`);
    const peer = 'pg_dump -Fd -j2 -Z1';
    if (only.includes('backup'))
      await figureBackup(place, 'two', { name: 'backup, 2 tables', bound: `≤ 1.0 × ${peer}` });
    if (only.includes('restore')) await figureRestore(place);
    for (const which of ['digests', 'durable'] as const) if (only.includes(which)) await figureDirect(place, which);
    if (only.includes('incremental')) await figureIncremental(place);
    if (only.includes('one-table')) {
      await place.fill('one', { name: 'one', tables: ['events'], events: Math.round(events * 1.75) });
      await figureBackup(place, 'one', { name: 'backup, 1 table of the same size', bound: `≤ 0.8 × ${peer}` });
      await runSql(place.cluster.url, 'drop database one');
    }
    if (only.includes('memory')) {
      await place.fill('four', { name: 'four', tables: both, events: events * 4 });
      const run = await backup(place, 'four');
      const detail = `${run.seconds.toFixed(1)} s`;
      say({ name: 'peak memory, 4 × the data', bound: '≤ 300 MB', measured: `${run.peakMb.toFixed(0)} MB`, detail });
    }
  });
  const [cpu] = cpus();
  const about = `${started}; ${cpus().length} × ${cpu?.model}; Node ${process.version}; PostgreSQL ${benchMajor}; ${rounds} rounds, medians; ${events} events`;
  const table = ['| figure | bound | measured | |', '| --- | --- | --- | --- |', ...lines].join('\n');
  await writeFile('bench/RESULTS.md', `# Results of bench/figures.ts\n\n${about}\n\n${table}\n`);
}

await main();
