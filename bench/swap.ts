// How long a reconnecting client is locked out by a database-swap: node bench/swap.ts [--rounds N] [--rows N]
import { spawn } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { median } from '#bench/measure.ts';
import { benchMajor, withBenchPlace } from '#bench/place.ts';
import { databaseSwap } from '#lib/cutover/database-swap/database-swap.ts';
import { openSwapPlace, type SwapPlace } from '#tests/support/swap-place.ts';
import { gapBetween, watchDatabase } from '#tests/support/watch-database.ts';
import { runSql } from '#tests/support/with-client.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, rows: { type: 'string', default: '2000000' } },
});
const rounds = Number(values.rounds);
const everyMs = 10;

interface Swapped {
  /** What the client saw: from its last sight of the old content to its first of the new. */
  gapMs: number;
  /** What the run reports. */
  reportedMs: number;
  load: number;
}

/** About 500 bytes a row. */
async function fillBallast(url: string): Promise<void> {
  await runSql(
    url,
    `create table ballast as select n, 0 as seat, repeat(md5(n::text), 14) as t
    from generate_series(1, ${Number(values.rows)}) n`,
  );
  await runSql(url, 'alter table ballast add primary key (n)');
}

async function swapOnce(place: SwapPlace, { clients }: { clients: number }): Promise<Swapped> {
  const live = place.urlOf(place.live);
  const cutover = await place.stage(await place.plan(), 'next');
  await fillBallast(place.urlOf(cutover.details.staging));
  await runSql(live, 'checkpoint');
  const busy =
    clients > 0
      ? spawn(process.execPath, [join(import.meta.dirname, 'busy-clients.ts'), live, String(clients)])
      : undefined;
  try {
    const connected = `select count(*) as here from pg_stat_activity where application_name = 'busy'`;
    while (Number((await runSql(live, connected))[0]?.['here']) < clients) await sleep(100);
    const watch = watchDatabase(live, { everyMs });
    await watch.untilSeen(50);
    const before = watch.sights.at(-1)?.content ?? '';
    const { interruptionMs } = await databaseSwap.cutOver(place.workspace, cutover);
    await watch.untilSeen(20);
    const sights = await watch.stop();
    const load = loadavg()[0] ?? Number.NaN;
    // So that the next round can tell old from new by the same words.
    await runSql(live, `update content set version = 'old'`);
    return { gapMs: gapBetween(sights, { before, after: 'next' }), reportedMs: interruptionMs ?? Number.NaN, load };
  } finally {
    busy?.kill('SIGKILL');
    await databaseSwap.discard(place.workspace, cutover);
  }
}

function describe(figure: string, bound: string, swaps: readonly Swapped[]): string {
  const of = (pick: (swap: Swapped) => number): string =>
    `${median(swaps.map(pick)).toFixed(0)} ms, at most ${Math.max(...swaps.map(pick)).toFixed(0)} ms`;
  const loads = swaps.map(({ load }) => load.toFixed(1)).join(', ');
  return `| ${figure} | ${bound} | ${of(({ gapMs }) => gapMs)} | ${of(({ reportedMs }) => reportedMs)} | ${loads} |`;
}

await withBenchPlace(async ({ cluster }) => {
  await using place = await openSwapPlace(cluster.url);
  await fillBallast(place.urlOf(place.live));
  const [size] = await runSql(place.urlOf(place.live), 'select pg_database_size(current_database()) / 1000000 as mb');
  console.log(
    `${cpus().length} cores, PostgreSQL ${benchMajor}, ${size?.['mb']} MB, ${rounds} rounds, load ${loadavg()[0]?.toFixed(1)}`,
  );
  console.log('| clients | bound | locked out: median and worst | reported by the run | load |');
  for (const { clients, bound } of [
    { clients: 0, bound: '< 500 ms' },
    { clients: 50, bound: '< 2,000 ms' },
  ]) {
    const swaps: Swapped[] = [];
    for (let round = 0; round < rounds; round++) swaps.push(await swapOnce(place, { clients }));
    console.log(describe(clients === 0 ? 'none but the one that reconnects' : `${clients} busy ones`, bound, swaps));
  }
});
