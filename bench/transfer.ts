// A transfer against pgcopydb, alone and with a comparison: node bench/transfer.ts [--rounds N] [--events N]
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Measured, measure, median } from '#bench/measure.ts';
import { type BenchPlace, withBenchPlace } from '#bench/place.ts';
import { runSql } from '#tests/support/with-client.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, events: { type: 'string', default: '3200000' } },
});

interface Compared {
  ours: Measured[];
  peer: Measured[];
}

/** The parts of a run that are its proof, by the records of its restore. */
function withoutProof(run: Measured): Measured {
  const { outcome }: { outcome: { restore: { run: string } } } = JSON.parse(run.stdout);
  const proof = proofSeconds.get(outcome.restore.run) ?? Number.NaN;
  return { ...run, seconds: run.seconds - proof };
}

const proofSeconds = new Map<string, number>();

async function readProofSeconds(place: BenchPlace, run: Measured): Promise<void> {
  const { outcome }: { outcome: { restore: { run: string } } } = JSON.parse(run.stdout);
  const shown = await place.holdfast(['show', outcome.restore.run], { source: 'two', target: 'copy' });
  const { result }: { result: { timeline: Step[] } } = JSON.parse(shown.stdout);
  const at = (slug: string, end: 'startedAt' | 'endedAt'): number =>
    Date.parse(result.timeline.find((step) => step.slug === slug)?.attempts.at(-1)?.[end] ?? '');
  proofSeconds.set(outcome.restore.run, (at('proof', 'endedAt') - at('plan-proof', 'startedAt')) / 1000);
}

interface Step {
  slug: string;
  attempts: { startedAt: string; endedAt: string }[];
}

async function prepare(place: BenchPlace): Promise<string> {
  const url = await place.create('copy');
  await place.forgetRepository();
  await rm(join(place.folder, 'pgcopydb'), { recursive: true, force: true });
  await runSql(place.cluster.url, 'checkpoint');
  return url;
}

async function transfer(place: BenchPlace): Promise<Measured> {
  await prepare(place);
  const run = await place.holdfast(['transfer', '--from', 'production', '--to', 'neon'], {
    ...{ source: 'two', target: 'copy' },
  });
  await readProofSeconds(place, run);
  return run;
}

async function clone(place: BenchPlace): Promise<Measured> {
  const target = await prepare(place);
  const jobs = ['--table-jobs', '2', '--index-jobs', '2'];
  const databases = ['--source', place.cluster.urlOf('two'), '--target', target];
  return measure('pgcopydb', ['clone', ...jobs, ...databases, '--dir', join(place.folder, 'pgcopydb')]);
}

/** Both sides, table by table, two at a time: how later versions of pgcopydb compare data. */
async function compareTables(place: BenchPlace): Promise<number> {
  const begun = performance.now();
  for (const table of ['events', 'sessions']) {
    const sql = `select count(*), sum(hashtext(t::text)::bigint) from ${table} t`;
    const [one, other] = await Promise.all(
      ['two', 'copy'].map((database) => runSql(place.cluster.urlOf(database), sql)),
    );
    if (JSON.stringify(one) !== JSON.stringify(other))
      throw new Error(`${table} differs: ${JSON.stringify([one, other])}`);
  }
  return (performance.now() - begun) / 1000;
}

await withBenchPlace(async (place) => {
  await place.fill('two', { name: 'two', tables: ['events', 'sessions'], events: Number(values.events) });
  const whole: Compared = { ours: [], peer: [] };
  const alone: Compared = { ours: [], peer: [] };
  for (let round = 0; round < Number(values.rounds); round++) {
    const ours = await transfer(place);
    const peer = await clone(place);
    const compared = { ...peer, seconds: peer.seconds + (await compareTables(place)) };
    whole.ours.push(ours);
    whole.peer.push(compared);
    alone.ours.push(withoutProof(ours));
    alone.peer.push(peer);
    console.log(
      `round ${round + 1}: transfer ${ours.seconds.toFixed(2)} s (${withoutProof(ours).seconds.toFixed(2)} s without the proof), pgcopydb ${peer.seconds.toFixed(2)} s, with comparison ${compared.seconds.toFixed(2)} s`,
    );
  }
  const tell = (name: string, { ours, peer }: Compared): void => {
    const [a, b] = [ours, peer].map((runs) => median(runs.map(({ seconds }) => seconds)));
    console.log(`| ${name} | ${((a ?? 0) / (b ?? 1)).toFixed(2)} × | ${a?.toFixed(2)} s against ${b?.toFixed(2)} s |`);
  };
  tell('transfer without its proof, against pgcopydb clone', alone);
  tell('transfer with the proof by content, against clone and comparison', whole);
});
