import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { VerbSetting } from '#tests/kill/run-verb.ts';
import type { Hit } from '#tests/kill/strike.ts';
import { startTcpProxy } from '#tests/support/tcp-proxy.ts';
import { runSql } from '#tests/support/with-client.ts';
import { setGeneration } from './generation.ts';
import { remember } from './judge-transfer.ts';
import { judgeWitness } from './judge-witness.ts';
import { keepGuests } from './keep-guests.ts';
import type { TransferRound } from './plan-transfer-rounds.ts';
import type { PlayedLives } from './play-lives.ts';
import { playTransferVerbs } from './play-transfer-verbs.ts';
import type { TransferHomes } from './transfer-arena.ts';
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

/** One round: the source takes a new generation, and is transferred, judged, taken back and discarded under blows. */
export async function playTransferRound(round: TransferRound, place: TransferPlace): Promise<PlayedTransfer> {
  const { folder, homes } = place;
  const { source, target } = homes;
  const startedAt = Date.now();
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
    ...{ repository, state, env: { ...target.env, HOLDFAST_CONFIG: await writeConfig(round, place) } },
  };
  await using cutover = target.watchCutover();
  await using _ = keepGuests(target.readerUrl, round.guests);
  const watching = watchGenerations(target.readerUrl, { relations: await countRelations(source.superUrl) });
  try {
    await watching.untilServed();
    const before = watching.served ?? Number.NaN;
    const proxies = { source: sourceProxy, target: targetProxy };
    const { generations, ...story } = await playTransferVerbs({
      ...{ ...place, round, setting, proxies, cutover, watching, old, before },
    });
    const witness = await watching.stop();
    const { interruptions } = target;
    story.wrong.push(...judgeWitness(witness, { generations, interruptions, crashed: round.kind === 'crash' }));
    await liftFence(source.superUrl);
    return { round, ...story, witness, durationMs: Date.now() - startedAt };
  } finally {
    await watching.stop();
  }
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

/** Retries come soon, so that a round does not wait for them; a round meant to fail asks who answers. */
async function writeConfig({ kind, number }: TransferRound, { folder, homes }: TransferPlace): Promise<string> {
  const sql = 'select pg_postmaster_start_time()';
  const criticalQueries = kind === 'query' ? [{ name: 'who answers', sql }] : undefined;
  const connections = { neon: homes.target.config, production: { ...homes.source.config, criticalQueries } };
  const file = join(folder, `config-${number}.mjs`);
  await writeFile(file, `export default ${JSON.stringify({ retryDelay: '300ms', connections })};\n`);
  return file;
}
