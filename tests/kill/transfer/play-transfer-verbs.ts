import { type Acknowledged, moveMoney } from '#tests/kill/move-money.ts';
import type { VerbSetting } from '#tests/kill/run-verb.ts';
import type { Hit } from '#tests/kill/strike.ts';
import { seededRandom } from '#tests/support/runner-campaign.ts';
import type { TcpProxy } from '#tests/support/tcp-proxy.ts';
import { runSql } from '#tests/support/with-client.ts';
import type { CutoverWatch } from './cutover-watch.ts';
import { damageBackup } from './damage-backup.ts';
import { judgeCopy, judgeEnd, parseOutcome } from './judge-outcome.ts';
import { type ExpectedStanding, judgeStanding, type Remembered, remember } from './judge-transfer.ts';
import type { KillMoment, TransferRound } from './plan-transfer-rounds.ts';
import { type PlayedLives, playLives } from './play-lives.ts';
import type { PlayedTransfer, TransferPlace } from './play-transfer-round.ts';
import { strikeTransfer } from './strike-transfer.ts';
import type { TransferTarget } from './transfer-target.ts';
import type { Watching } from './watch-generations.ts';

/** A round under way. */
export interface Stage extends TransferPlace {
  round: TransferRound;
  setting: VerbSetting;
  proxies: { source: TcpProxy | undefined; target: TcpProxy | undefined };
  cutover: CutoverWatch;
  watching: Watching;
  /** What the target served before, and its generation. */
  old: Remembered;
  before: number;
}

/** What came of the verbs of a round; `generations`: what the client had to be served, in that order. */
type Story = Pick<PlayedTransfer, 'transfer' | 'rollback' | 'discard' | 'hits' | 'toldMs' | 'wrong'> & {
  generations: number[];
};

/** Plays transfer, rollback and discard of a round, as far as all goes well, and judges what each of them leaves. */
export async function playTransferVerbs(stage: Stage): Promise<Story> {
  const { round, setting, homes, old, before, watching } = stage;
  const { repository, state } = setting;
  const { target, source } = homes;
  const { transfer, hits, acknowledged } = await transferUnderBlows(stage);
  const story: Story = {
    ...{ transfer, hits, rollback: undefined, discard: undefined, toldMs: null },
    ...{ generations: [before], wrong: [] },
  };
  const { wrong, generations } = story;
  const judge = async (expected: Partial<ExpectedStanding>): Promise<void> => {
    await watching.untilServed();
    const judged = { target, source: source.superUrl, repository, state };
    wrong.push(...(await judgeStanding(judged, { ...untouched, serves: old, ...expected })));
  };
  if (round.kind === 'damage' || round.kind === 'query') {
    wrong.push(...judgeEnd(transfer, round.kind === 'damage' ? 'failed 5' : 'proof-failed 4'));
    await judge({ damaged: round.kind === 'damage' });
    return story;
  }

  const outcome = parseOutcome(transfer);
  const { run: restore, cutover } = outcome.restore;
  story.toldMs = cutover.interruptionMs;
  generations.push(round.number);
  const fence = round.fence ? [`${transfer.run}.fence`] : [];
  const judgeLive = async (): Promise<string[]> => {
    const about = { homes, repository, acknowledged, fenced: round.fence };
    const copied = await judgeCopy(outcome, about);
    const from = wrong.length;
    await judge({
      ...{ standing: 'live', restore, serves: { belongings: old.belongings }, aside: old, fenced: round.fence },
      kept: [`${restore}.cutover`, ...fence],
    });
    return [...copied, ...wrong.splice(from)];
  };
  wrong.push(...(await judgeLive()));
  await stage.inspect?.({ repository, state, asideUrl: target.asideUrl(restore, 'live'), judge: judgeLive });
  if (wrong.length > 0) return story;

  if (round.rollbackKills) {
    const since = await writeSince(target);
    story.rollback = await playVerb(stage, 'rollback', [transfer.run, '--yes'], round.rollbackKills);
    generations.push(before);
    wrong.push(...judgeEnd(story.rollback, 'completed 0'));
    await judge({ standing: 'rolled-back', restore, aside: since, kept: [`${restore}.cutover`] });
    if (wrong.length > 0) return story;
  }
  const serves = await remember(target.liveUrl());
  story.discard = await playVerb(stage, 'discard', [transfer.run, '--yes'], round.discardKills);
  wrong.push(...judgeEnd(story.discard, 'completed 0'));
  await judge({ standing: 'discarded', restore, serves, fenced: round.fence && story.rollback === undefined });
  return story;
}

const untouched: ExpectedStanding = {
  ...{ standing: 'untouched', restore: '', serves: { belongings: '' }, aside: undefined },
  ...{ kept: [], fenced: false, damaged: false },
};

async function transferUnderBlows(
  stage: Stage,
): Promise<{ transfer: PlayedLives; hits: Hit[]; acknowledged: Acknowledged[] }> {
  const { round, homes, setting, proxies, cutover, undisturbed } = stage;
  const { source, target } = homes;
  const ending = new AbortController();
  const striking = strikeTransfer(round, {
    sourceServers: [source.superUrl],
    targetServers: () => target.serverUrls(),
    untilCrashable: () => target.untilCrashable(),
    cut: ({ side, size }) => cutSomething(side < 0.5 ? 'source' : 'target', { proxies, target, chance: size }),
    ...{ cutover, repository: setting.repository, durationMs: undisturbed.transfer, signal: ending.signal },
  });
  const money = moveMoney(source.url, seededRandom(round.seed + 500));
  const fence = round.fence ? ['--fence'] : [];
  const args = ['--from', 'production', '--to', 'neon', '--yes', ...fence];
  try {
    const transfer = await playVerb(stage, 'transfer', args, round.kills);
    ending.abort();
    return { transfer, hits: await striking, acknowledged: await money.stop() };
  } finally {
    ending.abort();
    await money.stop();
  }
}

function cutSomething(
  side: 'source' | 'target',
  { proxies, target, chance }: Pick<Stage, 'proxies'> & { target: TransferTarget; chance: number },
): string | undefined {
  const proxy = proxies[side];
  if (proxy === undefined || proxy.open === 0) return target.disturb(chance);
  const { open } = proxy;
  proxy.cutAll();
  return `reset ${open} connections to the ${side}`;
}

function playVerb(
  { setting, log, undisturbed, cutover, round }: Stage,
  verb: 'transfer' | 'rollback' | 'discard',
  args: readonly string[],
  kills: readonly KillMoment[],
): Promise<PlayedLives> {
  return playLives({
    ...{ verb, args: [verb, ...args], setting, log, durationMs: undisturbed[verb], kills, cutover },
    afterFirstKill: round.kind === 'damage' ? () => damageBackup(setting.repository) : undefined,
  });
}

/** The application writes to what went live; answers what the database holds then. */
async function writeSince(target: TransferTarget): Promise<Remembered> {
  await runSql(
    target.readerUrl,
    `set synchronous_commit = on; insert into keyless (n, said) values (4711, 'since the cut-over')`,
  );
  return remember(target.liveUrl());
}
