import { seededRandom } from '#tests/support/runner-campaign.ts';

/**
 * What happens to a transfer besides kills of its process: kills at random moments only; one aimed at the cut-over;
 * sessions ended; the target's server crashed; connections cut; and two that are meant to fail, by a damaged chunk and
 * by a critical query that the copy answers differently.
 */
type TransferKind = 'random' | 'cutover' | 'backend' | 'crash' | 'network' | 'damage' | 'query';

/** Five of twelve are aimed at the cut-over. */
const order: readonly TransferKind[] = [
  ...(['cutover', 'random', 'backend', 'cutover', 'damage', 'network'] as const),
  ...(['cutover', 'crash', 'query', 'cutover', 'random', 'cutover'] as const),
];

/**
 * When a SIGKILL falls in one life of the process: at a part of the time that is left of the verb where nothing happens;
 * after a cut-over has begun, by a part of the time that one takes; so many milliseconds after the copy's proof has begun;
 * or as soon as the backup is written.
 */
export type KillMoment =
  | { aim: 'time'; at: number }
  | { aim: 'cutover'; at: number }
  | { aim: 'proof'; afterMs: number }
  | { aim: 'manifest' };

/** A blow at something else than the process. */
export interface TransferBlow {
  moment: KillMoment;
  /** Free numbers from 0 to 1 for what is hit. */
  side: number;
  aim: number;
  size: number;
}

/** One round; everything that chance decides in it hangs on `seed`. */
export interface TransferRound {
  number: number;
  kind: TransferKind;
  seed: number;
  /** Sessions that the application keeps open in the target: the cut-over has to end them. */
  guests: number;
  /** The source is made read-only. */
  fence: boolean;
  /** One for each life of the process. */
  kills: KillMoment[];
  blows: TransferBlow[];
  /** `undefined`: the transfer is not taken back. */
  rollbackKills: KillMoment[] | undefined;
  discardKills: KillMoment[];
}

/** The rounds of a campaign: the same seed and number give the same round, however many rounds are run. */
export function planTransferRounds(options: { rounds: number; seed: number }): TransferRound[] {
  return Array.from({ length: options.rounds }, (_, index) =>
    planRound({
      number: index + 1,
      kind: order[index % order.length] ?? 'random',
      seed: options.seed * 1_000 + index + 1,
    }),
  );
}

function planRound(round: Pick<TransferRound, 'number' | 'kind' | 'seed'>): TransferRound {
  const random = seededRandom(round.seed);
  const { kind } = round;
  const fails = kind === 'damage' || kind === 'query';
  return {
    ...round,
    fence: random() < 0.25,
    guests: Math.floor(random() * 6) + (kind === 'cutover' ? 1 : 0),
    kills: planKills(kind, random),
    blows: planBlows(kind, random),
    rollbackKills: !fails && random() < 0.45 ? planRollbackKills(random) : undefined,
    discardKills: random() < 0.3 ? [atWork(random)] : [],
  };
}

function planKills(kind: TransferKind, random: () => number): KillMoment[] {
  const count = 1 + Math.floor(random() * 3);
  const atRandom = (): KillMoment => ({ aim: 'time', at: random() });
  const atCutover = (): KillMoment => ({ aim: 'cutover', at: random() });
  const atProof = (): KillMoment => ({ aim: 'proof', afterMs: Math.floor(random() * 1_500) });
  switch (kind) {
    case 'random':
      return Array.from({ length: count }, atRandom);
    case 'cutover': {
      // What comes before it must leave the cut-over to be hit; what comes after finds little left to do.
      const early = Array.from({ length: Math.floor(random() * count) }, (): KillMoment => {
        return { aim: 'time', at: 0.1 + random() * 0.4 };
      });
      const late = Array.from({ length: count - 1 - early.length }, () => (random() < 0.5 ? atCutover() : atRandom()));
      return [...early, atCutover(), ...late];
    }
    case 'damage':
      return [{ aim: 'manifest' }, ...Array.from({ length: count - 1 }, atRandom)];
    case 'query':
      return Array.from({ length: count }, () => (random() < 0.5 ? atProof() : atRandom()));
    default:
      return [random() < 0.4 ? atCutover() : atRandom()];
  }
}

function planBlows(kind: TransferKind, random: () => number): TransferBlow[] {
  const most = kind === 'crash' ? 1 : kind === 'backend' || kind === 'network' ? 2 : 0;
  const blows = Array.from({ length: most === 0 ? 0 : 1 + Math.floor(random() * most) }, (): TransferBlow => {
    const moment: KillMoment = random() < 0.5 ? { aim: 'cutover', at: random() } : { aim: 'time', at: random() };
    return { moment, side: random(), aim: random(), size: random() };
  });
  // In the order in which they can fall.
  return blows.sort((a, b) => orderOf(a.moment) - orderOf(b.moment));
}

function orderOf(moment: KillMoment): number {
  return moment.aim === 'time' ? moment.at : 1;
}

function planRollbackKills(random: () => number): KillMoment[] {
  return Array.from({ length: 1 + Math.floor(random() * 2) }, () =>
    random() < 0.7 ? { aim: 'cutover', at: random() } : atWork(random),
  );
}

/** Of a short verb most is the start of its process, which is no great danger. */
function atWork(random: () => number): KillMoment {
  return { aim: 'time', at: 0.5 + random() * 0.5 };
}
