import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { StrategyName } from '#lib/cutover/cutover.ts';
import { openNeonArena } from './open-neon-arena.ts';
import { openSwapArena } from './open-swap-arena.ts';
import { planTransferRounds, type TransferRound } from './plan-transfer-rounds.ts';
import type { PlayedLives } from './play-lives.ts';
import { type PlayedTransfer, playTransferRound, type UndisturbedVerbs } from './play-transfer-round.ts';
import { describeTransferTally, tallyTransfers } from './tally-transfers.ts';
import type { TransferArena } from './transfer-arena.ts';

const mostLines = 20;

export type CampaignStrategy = Exclude<StrategyName, 'in-place'>;

export interface TransferCampaignOptions {
  strategy: CampaignStrategy;
  rounds: number;
  seed: number;
  /** Only these rounds of the campaign. */
  only?: readonly number[] | undefined;
  /** How long things take where nobody has measured it; without it a calm round measures it first. */
  undisturbed?: UndisturbedVerbs;
  /** How big the databases are, where not as usual. */
  scale?: number;
  print: (line: string) => void;
}

/** Plays all rounds; one that goes wrong is told and the next one begins in another arena. Answers whether all went well. */
export async function runTransferCampaign(
  options: TransferCampaignOptions,
): Promise<{ passed: boolean; played: PlayedTransfer[] }> {
  const { strategy, seed, only, print } = options;
  const startedAt = Date.now();
  print(`kill campaign over transfers by ${strategy}: seed ${seed}, ${options.rounds} rounds`);
  const played: PlayedTransfer[] = [];
  const wrong: string[] = [];
  const rounds = planTransferRounds(options).filter(({ number }) => !only || only.includes(number));
  while (rounds.length > 0) {
    await using arena = await openArena(options);
    const undisturbed: UndisturbedVerbs = { ...(options.undisturbed ?? { transfer: 0, rollback: 0, discard: 0 }) };
    const isCalm = options.undisturbed === undefined;
    if (isCalm && (await play(calmRound, { arena, undisturbed })) === undefined) break;
    for (let good = true; good && rounds.length > 0; ) {
      const round = rounds.shift();
      if (round) good = (await play(round, { arena, undisturbed })) !== undefined;
    }
  }
  print('');
  print(describeTransferTally(tallyTransfers(played.filter(({ round }) => round !== calmRound))));
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  print(`seed ${seed}: ${wrong.length === 0 ? 'nothing wrong' : `${wrong.length} WRONG`}, ${seconds} s`);
  for (const line of wrong) print(line);
  return { passed: wrong.length === 0, played };

  /** Answers `undefined` where the round went wrong. */
  async function play(
    round: TransferRound,
    { arena, undisturbed }: { arena: TransferArena; undisturbed: UndisturbedVerbs },
  ): Promise<PlayedTransfer | undefined> {
    const log = join(arena.folder, 'said', `round-${round.number}.log`);
    const found: string[] = [];
    try {
      await using homes = await arena.openHomes(round);
      const one = await playTransferRound(round, { folder: arena.folder, homes, undisturbed, log });
      played.push(one);
      learn(undisturbed, one);
      print(describeTransfer(one));
      found.push(...one.wrong);
      if (found.length === 0) {
        await rm(join(arena.folder, `repository-${round.number}`), { recursive: true });
        return one;
      }
    } catch (cause) {
      found.push(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause));
    }
    arena.keep();
    // One wrong generation is wrong in every table and large object.
    found.splice(mostLines);
    const again = `npm run test:kill:transfer -- --strategy ${strategy} --seed ${seed} --round ${round.number}`;
    wrong.push(
      `round ${round.number} (${round.kind}): ${found.join('\n  ')}\n  again: ${again}\n  left: ${arena.folder}`,
    );
    print(`WRONG in round ${round.number} (${round.kind}):`);
    for (const line of found) print(`  ${line}`);
    print(`what the CLI said:\n${await readFile(log, 'utf8').catch(() => '')}`);
    return undefined;
  }
}

/** Without a blow: how long things take, and that the judges have nothing to say of an ordinary transfer and rollback. */
export const calmRound: TransferRound = {
  ...{ number: 0, kind: 'random', seed: 0, guests: 0, fence: false },
  ...{ kills: [], blows: [], rollbackKills: [], discardKills: [] },
};

function openArena({ strategy, scale }: TransferCampaignOptions): Promise<TransferArena> {
  return strategy === 'neon-branch' ? openNeonArena() : openSwapArena({ scale });
}

/** Kills are aimed by what things take now: a machine with other work takes longer, and kills come all too early. */
function learn(undisturbed: UndisturbedVerbs, { transfer, rollback, discard }: PlayedTransfer): void {
  const take = (verb: keyof UndisturbedVerbs, played: PlayedLives | undefined): void => {
    if (played === undefined) return;
    const { durationMs, resumed, begunAgain } = played;
    const alone = durationMs / (1 + restartPart * (resumed + begunAgain));
    undisturbed[verb] = undisturbed[verb] === 0 ? alone : (undisturbed[verb] + alone) / 2;
  };
  take('transfer', transfer);
  take('rollback', rollback);
  take('discard', discard);
}

/** What every life after the first adds to the time of a verb, about. */
const restartPart = 0.3;

function describeTransfer({
  round,
  transfer,
  rollback,
  discard,
  hits,
  witness,
  wrong,
  durationMs,
}: PlayedTransfer): string {
  const fate = (name: string, played: PlayedLives | undefined): string[] => {
    if (played === undefined) return [];
    const parts = [
      played.kills.length > 0 ? `${played.kills.length} killed` : '',
      played.resumed > 0 ? `${played.resumed} resumed` : '',
      played.begunAgain > 0 ? `${played.begunAgain} begun again` : '',
    ].filter((part) => part !== '');
    return [
      `${name} ${parts.length === 0 ? 'undisturbed' : parts.join(', ')} (${(played.durationMs / 1000).toFixed(1)} s)`,
    ];
  };
  const fates = [...fate('transfer', transfer), ...fate('rollback', rollback), ...fate('discard', discard)];
  const served = `client ${witness.reigns.map(({ generation }) => generation).join(' → ')}, longest gap ${witness.longestGap.ms} ms`;
  const kills = [transfer, rollback, discard].flatMap((played) =>
    (played?.kills ?? []).map(
      ({ phase, after, changed }) =>
        `\n    killed ${phaseWords[phase]}${changed ? ', it was made' : ''}, after ${after}`,
    ),
  );
  const blows = hits.map(({ what }) => `\n    ${what}`);
  const fence = round.fence ? ', fenced' : '';
  const end = `${wrong.length === 0 ? 'well' : 'WRONG'}, ${(durationMs / 1000).toFixed(1)} s`;
  return `round ${round.number} ${round.kind}${fence}: ${fates.join('; ')}; ${served}; ${end}${[...kills, ...blows].join('')}`;
}

const phaseWords = {
  inside: 'in the cut-over',
  unnoted: 'after the cut-over, before it was noted',
  outside: 'elsewhere',
} as const;
