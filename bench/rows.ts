// The row engine alone against pg_dump and pg_restore, on a throw-away PostgreSQL 15 of the machine:
//   node bench/rows.ts [rounds] [megabytes] [read|load]
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RowTask, runRowLanes } from '#bench/row-lanes.ts';
import { findSystemPostgres } from '#tests/support/postgres-binaries.ts';
import { startSystemCluster } from '#tests/support/postgres-cluster.ts';
import { runSql } from '#tests/support/with-client.ts';

const major = 15;
const [rounds = 3, megabytes = 800] = process.argv.slice(2, 4).map(Number);
const only = process.argv[4];

interface Timing {
  seconds: number;
  cpu: number;
  rss?: number;
  serverCpu?: number;
}

const createEvents = `create table events (id bigint, player int, kind text, at timestamptz, amount numeric(12,2), payload jsonb, note text)`;
const createSessions = `create table sessions (id uuid, player int, device text, body jsonb, started timestamptz, score double precision)`;

async function fill(url: string): Promise<void> {
  const events = Math.round((megabytes / 800) * 2_600_000);
  await runSql(
    url,
    `${createEvents}; insert into events select i, i % 100000, (array['login','logout','purchase','forge','claim'])[1 + i % 5],
      timestamptz '2026-01-01' + i * interval '1 second', (i % 100000) / 100.0,
      jsonb_build_object('session', md5(i::text), 'level', i % 60, 'score', i % 99991),
      case when i % 3 > 0 then 'note ' || md5((i * 3)::text) end from generate_series(1, ${events}) i`,
  );
  await runSql(
    url,
    `${createSessions}; insert into sessions select md5(i::text)::uuid, i % 50000, 'device-' || i % 17,
      jsonb_build_object('a', i, 'tags', jsonb_build_array('x' || i % 10), 'blob', repeat(md5((i % 1000)::text), 4)),
      timestamptz '2026-01-01' - i * interval '1 minute', sqrt(i) from generate_series(1, ${Math.round(events * 0.6)}) i`,
  );
  for (const command of ['vacuum analyze', 'checkpoint']) await runSql(url, command);
}

function runTask(task: RowTask): Timing {
  const output = execFileSync(process.execPath, [import.meta.filename, '--task', JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(output.toString());
}

/** Wall clock and the processor time of a program with its children. */
function runPeer(program: string, args: string[]): Timing {
  const script = `const {spawnSync}=require('child_process');const t=performance.now();const r=spawnSync(process.argv[1],process.argv.slice(2),{stdio:['ignore','ignore','inherit']});if(r.status)process.exit(1);
    const [u,s]=require('fs').readFileSync('/proc/self/stat','utf8').split(') ')[1].split(' ').slice(13,15);
    console.log(JSON.stringify({seconds:(performance.now()-t)/1000,cpu:(+u + +s)/100}))`;
  const output = execFileSync(process.execPath, ['-e', script, program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(output.toString());
}

/** Processor seconds of the backends that have ended so far: a server counts those of its children. */
function readServerCpu(dataDirectory: string): number {
  const [pid] = readFileSync(join(dataDirectory, 'postmaster.pid'), 'utf8').split('\n');
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

const median = (numbers: number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

function report(name: string, ours: Timing[], peer: Timing[]): void {
  const of = (timings: Timing[], field: 'seconds' | 'cpu' | 'serverCpu'): number =>
    median(timings.map((timing) => timing[field] ?? Number.NaN));
  const against = (field: 'seconds' | 'cpu' | 'serverCpu'): string =>
    `${of(ours, field).toFixed(2)} s against ${of(peer, field).toFixed(2)} s`;
  const rss = Math.max(...ours.map((timing) => timing.rss ?? 0));
  console.log(
    `${name}: ${(of(ours, 'seconds') / of(peer, 'seconds')).toFixed(2)} x (${against('seconds')}; client CPU ${against('cpu')};` +
      ` server CPU ${against('serverCpu')}; RSS ${rss} MB)`,
  );
}

async function main(): Promise<void> {
  const binaries = await findSystemPostgres(major);
  const settings = { max_wal_size: '8GB', shared_buffers: '1GB', autovacuum: 'off', checkpoint_timeout: '1h' };
  await using cluster = await startSystemCluster({ major, settings });
  if (cluster === undefined || binaries === undefined) {
    throw new Error(`This benchmark needs PostgreSQL ${major} on the machine.`);
  }
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  try {
    for (const name of ['source', 'target']) await runSql(cluster.url, `create database ${name}`);
    const [source, target] = [cluster.urlOf('source'), cluster.urlOf('target')];
    await fill(source);
    const dump = join(folder, 'dump');
    const repository = `file:${join(folder, 'repository')}`;
    const measure = async (work: () => Timing): Promise<Timing> => {
      const before = readServerCpu(cluster.dataDirectory);
      const timing = work();
      await sleep(300);
      return { ...timing, serverCpu: readServerCpu(cluster.dataDirectory) - before };
    };
    const read = async (tables: string[], digest: boolean): Promise<Timing> => {
      await rm(join(folder, 'repository'), { recursive: true, force: true });
      return measure(() => runTask({ kind: 'read', url: source, repository, tables, digest }));
    };
    const dumpTables = async (tables: string[]): Promise<Timing> => {
      await rm(dump, { recursive: true, force: true });
      const chosen = tables.flatMap((table) => ['-t', table]);
      return measure(() =>
        runPeer(join(binaries.bin, 'pg_dump'), ['-Fd', '-j2', '-Z1', ...chosen, '-f', dump, source]),
      );
    };
    const both = ['events', 'sessions'];
    for (const tables of only === 'load' ? [] : [both, ['sessions'], ['events']]) {
      const [ours, peer, undigested]: Timing[][] = [[], [], []];
      for (let round = 0; round < rounds; round++) {
        ours?.push(await read(tables, true));
        peer?.push(await dumpTables(tables));
        undigested?.push(await read(tables, false));
      }
      report(`read ${tables.join(' and ')} against pg_dump -Fd -j2 -Z1`, ours ?? [], peer ?? []);
      report(`read ${tables.join(' and ')} with digests against without`, ours ?? [], undigested ?? []);
    }
    if (only === 'read') return;
    await read(both, true);
    await dumpTables(both);
    const [ours, peer]: Timing[][] = [[], []];
    const empty = `drop table if exists events, sessions; ${createEvents}; ${createSessions}; checkpoint`;
    const restore = ['-j2', '--section=data', '-d', target, dump];
    for (let round = 0; round < rounds; round++) {
      await runSql(target, empty);
      ours?.push(await measure(() => runTask({ kind: 'load', url: target, repository, tables: both })));
      await runSql(target, empty);
      peer?.push(await measure(() => runPeer(join(binaries.bin, 'pg_restore'), restore)));
    }
    report('load both against pg_restore -j2', ours ?? [], peer ?? []);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (process.argv[2] === '--task') await runRowLanes(JSON.parse(process.argv[3] ?? ''));
else await main();
