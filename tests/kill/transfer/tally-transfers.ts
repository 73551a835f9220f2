import type { Kill, PlayedLives } from './play-lives.ts';
import type { PlayedTransfer } from './play-transfer-round.ts';

/** What the rounds of a campaign add up to. Times in milliseconds. */
export interface TransferTally {
  rounds: number;
  kills: number;
  /** Kills inside a cut-over or rollback, and those of them after which the change was made all the same. */
  inside: number;
  insideChanged: number;
  /** Kills after the change and before anybody had written it down. */
  unnoted: number;
  /** Rounds with a kill inside a cut-over, or before it was written down. */
  cutoverRounds: number;
  resumes: number;
  begunAgain: number;
  /** Blows that were no SIGKILLs. */
  blows: number;
  rollbacks: number;
  fenced: number;
  failing: number;
  /** Of the client, in rounds without a crash of the server. */
  medianGap: number;
  longestGap: number;
  longestGapInCrash: number;
  /** What runs said of their interruption where they could measure it. */
  medianTold: number;
  longestTold: number;
}

/** Adds rounds up. */
export function tallyTransfers(rounds: readonly PlayedTransfer[]): TransferTally {
  const lives = rounds.flatMap((round) => livesOf(round));
  const kills = lives.flatMap((played) => played.kills);
  const inside = kills.filter(({ phase }) => phase === 'inside');
  const isInCutover = ({ phase }: Kill): boolean => phase !== 'outside';
  const calm = rounds.filter(({ round }) => round.kind !== 'crash');
  const gaps = calm.flatMap((round) => switchGaps(round));
  const crashed = rounds.filter(({ round }) => round.kind === 'crash');
  const told = rounds.flatMap(({ toldMs }) => toldMs ?? []);
  return {
    rounds: rounds.length,
    kills: kills.length,
    inside: inside.length,
    insideChanged: inside.filter(({ changed }) => changed).length,
    unnoted: kills.filter(({ phase }) => phase === 'unnoted').length,
    cutoverRounds: rounds.filter((round) => livesOf(round).some((played) => played.kills.some(isInCutover))).length,
    resumes: lives.reduce((sum, { resumed }) => sum + resumed, 0),
    begunAgain: lives.reduce((sum, { begunAgain }) => sum + begunAgain, 0),
    blows: rounds.reduce((sum, { hits }) => sum + hits.length, 0),
    rollbacks: rounds.filter(({ rollback }) => rollback !== undefined).length,
    fenced: rounds.filter(({ round }) => round.fence).length,
    failing: rounds.filter(({ round }) => round.kind === 'damage' || round.kind === 'query').length,
    medianGap: median(gaps),
    longestGap: Math.max(0, ...calm.map(({ witness }) => witness.longestGap.ms)),
    longestGapInCrash: Math.max(0, ...crashed.map(({ witness }) => witness.longestGap.ms)),
    medianTold: median(told),
    longestTold: Math.max(0, ...told),
  };
}

/** The tally for people, a line a fact. */
export function describeTransferTally(tally: TransferTally): string {
  const t = tally;
  return [
    `rounds ${t.rounds}: ${t.failing} meant to fail, ${t.fenced} with a fence, ${t.rollbacks} rolled back`,
    `SIGKILLs ${t.kills}; inside a cut-over ${t.inside} (the change was made all the same after ${t.insideChanged}), after it and before it was noted ${t.unnoted}; rounds so hit ${t.cutoverRounds}`,
    `other blows ${t.blows}; resumes ${t.resumes}; begun again ${t.begunAgain}`,
    `the client between two generations: median ${t.medianGap} ms; its longest gap ${t.longestGap} ms, in rounds with a crash of the server ${t.longestGapInCrash} ms`,
    `told by the runs: median ${t.medianTold} ms, longest ${t.longestTold} ms`,
  ].join('\n');
}

function livesOf({ transfer, rollback, discard }: PlayedTransfer): PlayedLives[] {
  return [transfer, rollback, discard].filter((played) => played !== undefined);
}

/** From the last sight of one generation to the first of the next. */
function switchGaps({ witness }: PlayedTransfer): number[] {
  const { reigns } = witness;
  return reigns.slice(1).map(({ from }, index) => from - (reigns[index]?.to ?? Number.NaN));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
