import { readManifest } from '#lib/manifest/manifest-store.ts';
import { readProof } from '#lib/proof/proof-store.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import { seededRandom } from '#tests/support/runner-campaign.ts';
import { startTcpProxy, type TcpProxy } from '#tests/support/tcp-proxy.ts';
import { runSql } from '#tests/support/with-client.ts';
import { changeSource } from './build-source.ts';
import { checkCopy, checkSessions } from './check-copy.ts';
import { checkRepository, type RepositoryState } from './check-repository.ts';
import { moveMoney } from './move-money.ts';
import type { Arena } from './open-arena.ts';
import type { Blow, Round } from './plan-rounds.ts';
import { type PlayedVerb, playVerb } from './play-verb.ts';
import type { VerbSetting } from './run-verb.ts';
import { strikeRound } from './strike-round.ts';

/** How long the verbs take when nothing happens, and how much COPY text there is: what blows are aimed by. */
export interface Undisturbed {
  backupMs: number;
  restoreMs: number;
  bytes: number;
}

/** A round that came to its end. `wrong` is empty where all is well. */
export interface PlayedRound {
  round: Round;
  backup: PlayedVerb;
  restore: PlayedVerb;
  /** Snapshots the backup needed. */
  epochs: number;
  bytes: number;
  repository: RepositoryState;
  wrong: string[];
  durationMs: number;
}

export interface RoundPlace {
  arena: Arena;
  repository: string;
  /** Chunks of the repository that have been hashed. */
  known: Set<string>;
  undisturbed: Undisturbed;
  log: string;
}

/** One round: the source changes, is backed up while money moves and blows fall, is restored under blows, and judged. */
export async function playRound(round: Round, place: RoundPlace): Promise<PlayedRound> {
  const { arena, undisturbed, log } = place;
  const startedAt = Date.now();
  const random = seededRandom(round.seed + 500);
  await changeSource(arena.sourceUrl, random);
  const database = `copy_${round.number}`;
  await runSql(arena.target.url, `create database ${database} template template0`);
  const urls = { sourceUrl: arena.sourceUrl, targetUrl: arena.target.urlOf(database) };
  await using sourceProxy = round.kind === 'proxy' ? await startTcpProxy(urls.sourceUrl) : undefined;
  await using targetProxy = round.kind === 'proxy' ? await startTcpProxy(urls.targetUrl) : undefined;
  const setting: VerbSetting = {
    sourceUrl: sourceProxy?.url ?? urls.sourceUrl,
    targetUrl: targetProxy?.url ?? urls.targetUrl,
    repository: place.repository,
    state: `${arena.folder}/state`,
  };
  const play = (verb: {
    args: string[];
    blows: Blow[];
    url: string;
    proxy: TcpProxy | undefined;
    durationMs: number;
  }) =>
    playVerb({
      args: verb.args,
      setting,
      log,
      durationMs: verb.durationMs,
      kills: round.kind === 'cli' ? verb.blows : [],
      strike: (signal) => strikeRound(round, { ...verb, signal, bytes: undisturbed.bytes }),
    });

  const money = moveMoney(urls.sourceUrl, random);
  const backup = await play({
    args: ['backup', '--json'],
    blows: round.backupBlows,
    url: urls.sourceUrl,
    proxy: sourceProxy,
    durationMs: undisturbed.backupMs,
  }).finally(() => money.stop());
  const { run } = backup.result;
  const restore = await play({
    args: ['restore', run.backup ?? 'latest', '--to', 'neon', '--json'],
    blows: round.restoreBlows,
    url: urls.targetUrl,
    proxy: targetProxy,
    durationMs: undisturbed.restoreMs,
  });

  const repository = await openRepository({ location: `file:${place.repository}`, access: 'read' });
  const manifest = await readManifest(repository, { connection: 'production', backupId: run.backup ?? '' });
  const proof = await readProof(repository, restore.result.run.id);
  const takenAt = Date.parse(manifest.snapshot.takenAt);
  const checked = await checkRepository(place.repository, place.known);
  const wrong = [
    ...(proof?.passed === true && proof.checks.length > 0 ? [] : ['there is no passed proof']),
    ...(await checkCopy({ ...urls, takenAt, acknowledged: await money.stop() })),
    ...(await checkSessions(arena.source.url)),
    ...(await checkSessions(arena.target.url)),
    ...checked.wrong,
  ];
  if (wrong.length === 0) await runSql(arena.target.url, `drop database ${database}`);
  return {
    round,
    backup,
    restore,
    epochs: manifest.epoch,
    bytes: Number(manifest.totals.bytes),
    repository: checked,
    wrong,
    durationMs: Date.now() - startedAt,
  };
}
