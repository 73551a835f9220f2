import type { Kind } from './plan-rounds.ts';
import type { PlayedRound } from './play-round.ts';
import type { PlayedVerb } from './play-verb.ts';

/** What the rounds of one kind add up to. */
export interface Tally {
  rounds: number;
  /** Blows that hit something alive. */
  hits: number;
  /** Rounds in which `holdfast resume` went on with a run. */
  resumedRounds: number;
  resumes: number;
  /** Rounds in which a step failed and was tried again, or a snapshot was lost. */
  retriedRounds: number;
  /** Rounds whose backup needed more than one snapshot. */
  epochRounds: number;
  mostEpochs: number;
  longestRecoveryMs: number;
}

/** Adds rounds up by kind. */
export function tallyRounds(played: readonly PlayedRound[]): Map<Kind, Tally> {
  const kinds = new Map<Kind, PlayedRound[]>();
  for (const round of played) kinds.set(round.round.kind, [...(kinds.get(round.round.kind) ?? []), round]);
  return new Map([...kinds].map(([kind, rounds]) => [kind, tally(rounds)]));
}

/** Adds rounds of any kinds up. */
export function tally(rounds: readonly PlayedRound[]): Tally {
  const verbs = rounds.flatMap(({ backup, restore }) => [backup, restore]);
  return {
    rounds: rounds.length,
    hits: sum(verbs, ({ hits }) => hits.length),
    resumedRounds: rounds.filter(({ backup, restore }) => backup.resumed + restore.resumed > 0).length,
    resumes: sum(verbs, ({ resumed }) => resumed),
    retriedRounds: rounds.filter((round) => isRetried(round)).length,
    epochRounds: rounds.filter(({ epochs }) => epochs > 1).length,
    mostEpochs: Math.max(0, ...rounds.map(({ epochs }) => epochs)),
    longestRecoveryMs: Math.max(0, ...verbs.map(({ recoveryMs }) => recoveryMs)),
  };
}

/** Attempts of steps that failed. */
export function countFailedAttempts({ result }: PlayedVerb): number {
  return sum(result.timeline, ({ attempts }) => attempts.filter(({ outcome }) => outcome === 'failed').length);
}

function isRetried(round: PlayedRound): boolean {
  return round.epochs > 1 || countFailedAttempts(round.backup) + countFailedAttempts(round.restore) > 0;
}

/** One line a kind, aligned, with a line for all at the end. */
export function describeTallies(played: readonly PlayedRound[]): string {
  const head = [
    'kind',
    'rounds',
    'hits',
    'resumed rounds',
    'resumes',
    'retried rounds',
    'epochs > 1',
    'most epochs',
    'longest recovery',
  ];
  const line = (name: string, t: Tally): string[] => [
    ...[name, t.rounds, t.hits, t.resumedRounds, t.resumes, t.retriedRounds, t.epochRounds, t.mostEpochs].map(String),
    `${(t.longestRecoveryMs / 1000).toFixed(1)} s`,
  ];
  const lines = [head, ...[...tallyRounds(played)].map(([kind, t]) => line(kind, t)), line('all', tally(played))];
  const widths = head.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  const align = (cells: string[]): string =>
    cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  ');
  return lines.map(align).join('\n');
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
