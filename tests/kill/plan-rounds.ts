import { seededRandom } from '#tests/support/runner-campaign.ts';

/** What is killed: the CLI, a backend by pg_terminate_backend, a server by SIGKILL of a backend, a connection. */
export const kinds = ['cli', 'source-backend', 'target-backend', 'server-crash', 'proxy'] as const;
export type Kind = (typeof kinds)[number];

/** Half of the danger is a killed process: it has more moments to be wrong in than the others. */
const order: readonly Kind[] = ['cli', 'source-backend', 'cli', 'target-backend', 'proxy', 'server-crash'];

/** One blow: when, as a part of the time an undisturbed verb takes, and two free numbers from 0 to 1 for its aim. */
export interface Blow {
  at: number;
  aim: number;
  size: number;
}

/** One round; everything that chance decides in it hangs on `seed`. */
export interface Round {
  number: number;
  kind: Kind;
  seed: number;
  /** In the order of their moments; `cli` spends one on each life of the process, so their moments count from its start. */
  backupBlows: Blow[];
  restoreBlows: Blow[];
}

/** The rounds of a campaign: the same seed and number give the same round, however many rounds are run. */
export function planRounds(options: { rounds: number; seed: number; kind?: Kind | undefined }): Round[] {
  return Array.from({ length: options.rounds }, (_, index) => {
    const number = index + 1;
    const kind = options.kind ?? order[index % order.length] ?? 'cli';
    return planRound({ number, kind, seed: options.seed * 1_000 + number });
  });
}

function planRound(round: Pick<Round, 'number' | 'kind' | 'seed'>): Round {
  const random = seededRandom(round.seed);
  const blows = (most: number): Blow[] =>
    Array.from({ length: 1 + Math.floor(random() * most) }, () => ({ at: random(), aim: random(), size: random() }));
  const backupBlows = blows(3);
  const restoreBlows = blows(3);
  const side = random();
  const inTime = (list: Blow[]): Blow[] => (round.kind === 'cli' ? list : list.sort((a, b) => a.at - b.at));
  if (round.kind === 'source-backend') return { ...round, backupBlows: inTime(backupBlows), restoreBlows: [] };
  if (round.kind === 'target-backend') return { ...round, backupBlows: [], restoreBlows: inTime(restoreBlows) };
  if (round.kind === 'server-crash') {
    // One crash a side: recovery takes longer than the rest of the verb.
    return {
      ...round,
      backupBlows: side < 0.6 ? backupBlows.slice(0, 1) : [],
      restoreBlows: side > 0.4 ? restoreBlows.slice(0, 1) : [],
    };
  }
  return { ...round, backupBlows: inTime(backupBlows), restoreBlows: inTime(restoreBlows) };
}
