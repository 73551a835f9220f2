import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readManifest } from '#lib/manifest/manifest-store.ts';
import { readProof } from '#lib/proof/proof-store.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import { checkCopy } from '#tests/kill/check-copy.ts';
import { type Acknowledged, moveMoney } from '#tests/kill/move-money.ts';
import type { VerbSetting } from '#tests/kill/run-verb.ts';
import type { Hit } from '#tests/kill/strike.ts';
import { seededRandom } from '#tests/support/runner-campaign.ts';
import { startTcpProxy } from '#tests/support/tcp-proxy.ts';
import { runSql } from '#tests/support/with-client.ts';
import { damageBackup } from './damage-backup.ts';
import { setGeneration } from './generation.ts';
import { type ExpectedStanding, judgeStanding, type Remembered, remember } from './judge-transfer.ts';
import { judgeWitness } from './judge-witness.ts';
import { keepGuests } from './keep-guests.ts';
import type { KillMoment, TransferRound } from './plan-transfer-rounds.ts';
import { type PlayedLives, playLives } from './play-lives.ts';
import { strikeTransfer } from './strike-transfer.ts';
import type { TransferHomes } from './transfer-arena.ts';
import type { TransferTarget } from './transfer-target.ts';
import { type Witness, watchGenerations } from './watch-generations.ts';

/** How long the verbs take when nothing happens, in milliseconds. */
export interface UndisturbedVerbs {
  transfer: number;
  rollback: number;
  discard: number;
}

/** A round that came to its end. `wrong` is empty where all is well. */
export interface PlayedTransfer {
  round: TransferRound;
  transfer: PlayedLives;
  rollback: PlayedLives | undefined;
  discard: PlayedLives | undefined;
  /** Of the blows that were no SIGKILLs. */
  hits: Hit[];
  witness: Witness;
  /** What the run itself says of the interruption; `null` where the process that measured it was killed. */
  toldMs: number | null;
  wrong: string[];
  durationMs: number;
}

export interface TransferPlace {
  /** Holds repositories, journals and configs. */
  folder: string;
  homes: TransferHomes;
  undisturbed: UndisturbedVerbs;
  /** Where the lives of the processes are written down. */
  log: string;
  /** Looks at what a transfer has left before anything else happens to it. */
  inspect?: (left: LeftByTransfer) => Promise<void>;
}

/** What a transfer has left, and the judge of it. */
export interface LeftByTransfer {
  repository: string;
  state: string;
  /** Superuser URL of what it has put aside. */
  asideUrl: string;
  judge: () => Promise<string[]>;
}

const nothing: ExpectedStanding = {
  ...{ standing: 'untouched', restore: '', serves: { belongings: '' }, aside: undefined, kept: [] },
  ...{ fenced: false, damaged: false },
};

/** One round: the source takes a new generation, and is transferred, judged, taken back and discarded under blows. */
export async function playTransferRound(round: TransferRound, place: TransferPlace): Promise<PlayedTransfer> {
  const { folder, undisturbed, log } = place;
  const { source, target } = place.homes;
  const startedAt = Date.now();
  const random = seededRandom(round.seed + 500);
  const fails = round.kind === 'damage' || round.kind === 'query';
  const repository = join(folder, `repository-${round.number}`);
  const state = join(folder, 'state');
  await mkdir(repository, { recursive: true });
  await mkdir(state, { recursive: true });
  await setGeneration(source.url, round.number);
  const old = await remember(target.liveUrl());

  const isNetwork = round.kind === 'network';
  await using sourceProxy = isNetwork ? await startTcpProxy(source.url) : undefined;
  await using targetProxy = isNetwork && target.proxied ? await startTcpProxy(target.url) : undefined;
  const setting: VerbSetting = {
    sourceUrl: sourceProxy?.url ?? source.url,
    targetUrl: targetProxy?.url ?? target.url,
    repository,
    state,
    env: { ...target.env, HOLDFAST_CONFIG: await writeConfig(round, place) },
  };
  const judged = { target, source: source.superUrl, repository, state };

  await using cutover = target.watchCutover();
  await using _ = keepGuests(target.readerUrl, round.guests);
  const watching = watchGenerations(target.readerUrl, { relations: await countRelations(source.superUrl) });
  let witness: Witness | undefined;
  try {
    await watching.untilServed();
    const before = watching.served ?? Number.NaN;
    const play = (verb: 'transfer' | 'rollback' | 'discard', args: string[], kills: readonly KillMoment[]) =>
      playLives({
        ...{ verb, args: [verb, ...args], setting, log, durationMs: undisturbed[verb], kills, cutover },
        afterFirstKill: round.kind === 'damage' ? () => damageBackup(repository) : undefined,
      });

    const ending = new AbortController();
    const striking = strikeTransfer(round, {
      sourceServers: [source.superUrl],
      targetServers: () => target.serverUrls(),
      untilCrashable: () => target.untilCrashable(),
      cut: ({ side }) => {
        const proxy = side < 0.5 ? sourceProxy : targetProxy;
        if (proxy === undefined || proxy.open === 0) return target.cut();
        const open = proxy.open;
        proxy.cutAll();
        return `reset ${open} connections to the ${proxy === sourceProxy ? 'source' : 'target'}`;
      },
      ...{ cutover, repository, durationMs: undisturbed.transfer, signal: ending.signal },
    });
    const money = moveMoney(source.url, random);
    const fence = round.fence ? ['--fence'] : [];
    const transfer = await play(
      'transfer',
      ['--from', 'production', '--to', 'neon', '--yes', ...fence],
      round.kills,
    ).finally(() => ending.abort());
    const acknowledged = await money.stop();
    const hits = await striking;

    const wrong: string[] = [];
    let rollback: PlayedLives | undefined;
    let discard: PlayedLives | undefined;
    const generations = [before];
    let toldMs: number | null = null;
    if (fails) {
      wrong.push(...judgeFailure(round, transfer));
      wrong.push(...(await judgeStanding(judged, { ...nothing, serves: old, damaged: round.kind === 'damage' })));
    } else {
      const outcome = parseOutcome(transfer);
      toldMs = outcome.restore.cutover.interruptionMs;
      const restore = outcome.restore.run;
      generations.push(round.number);
      await watching.untilServed();
      const expected: ExpectedStanding = {
        ...{ ...nothing, standing: 'live', restore, serves: { belongings: old.belongings }, aside: old },
        kept: [`${restore}.cutover`, ...(round.fence ? [`${transfer.run}.fence`] : [])],
        fenced: round.fence,
      };
      const judge = async (): Promise<string[]> => [
        ...(await judgeCopy(outcome, { place, repository, acknowledged, fenced: round.fence })),
        ...(await judgeStanding(judged, expected)),
      ];
      wrong.push(...(await judge()));
      await place.inspect?.({ repository, state, asideUrl: target.asideUrl(restore, 'live'), judge });
      const isGood = wrong.length === 0;
      if (isGood && round.rollbackKills) {
        const since = await writeSince(target);
        rollback = await play('rollback', [transfer.run, '--yes'], round.rollbackKills);
        generations.push(before);
        await watching.untilServed();
        wrong.push(...judgeGoodEnd(rollback));
        const back: ExpectedStanding = { ...expected, standing: 'rolled-back', serves: old, aside: since };
        wrong.push(...(await judgeStanding(judged, { ...back, kept: [`${restore}.cutover`], fenced: false })));
      }
      if (wrong.length === 0) {
        const serves = await remember(target.liveUrl());
        discard = await play('discard', [transfer.run, '--yes'], round.discardKills);
        await watching.untilServed();
        wrong.push(...judgeGoodEnd(discard));
        const fenced = round.fence && rollback === undefined;
        wrong.push(...(await judgeStanding(judged, { ...nothing, standing: 'discarded', restore, serves, fenced })));
      }
    }
    witness = await watching.stop();
    const { interruptions } = target;
    wrong.push(...judgeWitness(witness, { generations, interruptions, crashed: round.kind === 'crash' }));
    await liftFence(source.superUrl);
    const durationMs = Date.now() - startedAt;
    return { round, transfer, rollback, discard, hits, witness, toldMs, wrong, durationMs };
  } finally {
    witness ??= await watching.stop();
  }
}

const outcomeSchema = z.object({
  backup: z.object({ backup: z.string() }),
  restore: z.object({
    run: z.string(),
    cutover: z.object({ interruptionMs: z.number().nullable(), details: z.object({ strategy: z.string() }) }),
  }),
});
type TransferOutcome = z.infer<typeof outcomeSchema>;

function parseOutcome({ result, run }: PlayedLives): TransferOutcome {
  const { status, error } = result;
  if (status !== 'completed') throw new Error(`Run ${run} ended ${status}: ${error?.message}`);
  return outcomeSchema.parse(result.outcome);
}

function judgeGoodEnd({ result, run }: PlayedLives): string[] {
  return result.status === 'completed' ? [] : [`run ${run} ended ${result.status}: ${result.error?.message}`];
}

function judgeFailure({ kind }: TransferRound, { run, result }: PlayedLives): string[] {
  const wanted = kind === 'damage' ? 'failed 5' : 'proof-failed 4';
  const found = `${result.status} ${result.exitCode}`;
  return found === wanted ? [] : [`run ${run} ended ${found} instead of ${wanted}: ${result.error?.message}`];
}

/** Holds what is served against the source by SQL alone, and looks at the run's own proof. */
async function judgeCopy(
  outcome: TransferOutcome,
  options: { place: TransferPlace; repository: string; acknowledged: readonly Acknowledged[]; fenced: boolean },
): Promise<string[]> {
  const { place, acknowledged, fenced } = options;
  const repository = await openRepository({ location: `file:${options.repository}`, access: 'read' });
  const manifest = await readManifest(repository, { connection: 'production', backupId: outcome.backup.backup });
  const proof = await readProof(repository, outcome.restore.run);
  const urls = { sourceUrl: place.homes.source.superUrl, targetUrl: place.homes.target.liveUrl() };
  const { strategy } = outcome.restore.cutover.details;
  const last = 'select coalesce(max(id), 0) as last from transfers';
  const lasts = fenced ? await Promise.all(Object.values(urls).map((url) => runSql(url, last))) : [];
  const [inSource, inCopy] = lasts.map(([row]) => row?.['last']);
  return [
    ...(proof?.passed === true && proof.level === 'content' && proof.checks.length > 0
      ? []
      : ['there is no passed proof by content']),
    ...(strategy === place.homes.target.strategy ? [] : [`the cut-over was made by ${strategy}`]),
    ...(inSource === inCopy
      ? []
      : [`behind the fence the source went on to transfer ${inSource}, the copy has ${inCopy}`]),
    ...(await checkCopy({ ...urls, takenAt: Date.parse(manifest.snapshot.takenAt), acknowledged })),
  ];
}

/** The application writes to what went live; answers what the database holds then. */
async function writeSince(target: TransferTarget): Promise<Remembered> {
  await runSql(
    target.readerUrl,
    `set synchronous_commit = on; insert into keyless (n, said) values (4711, 'since the cut-over')`,
  );
  return remember(target.liveUrl());
}

async function countRelations(url: string): Promise<number> {
  const [row] = await runSql(url, `select count(*) as n from pg_class where relnamespace = 'public'::regnamespace`);
  return Number(row?.['n']);
}

async function liftFence(url: string): Promise<void> {
  const database = new URL(url).pathname.slice(1);
  const reset = `alter database ${database} reset default_transaction_read_only`;
  await runSql(url, `begin read write; ${reset}; commit`);
}

/** Retries come soon, so that a round does not wait for them; a round meant to fail asks where its answer is given. */
async function writeConfig({ kind, number }: TransferRound, { folder, homes }: TransferPlace): Promise<string> {
  const criticalQueries =
    kind === 'query' ? [{ name: 'where am I', sql: 'select pg_postmaster_start_time()' }] : undefined;
  const connections = { neon: homes.target.config, production: { ...homes.source.config, criticalQueries } };
  const file = join(folder, `config-${number}.mjs`);
  await writeFile(file, `export default ${JSON.stringify({ retryDelay: '300ms', connections })};\n`);
  return file;
}
