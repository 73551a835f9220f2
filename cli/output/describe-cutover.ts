import type { Cutover } from '#lib/cutover/cutover.ts';
import { describeTime } from '#lib/report/describe-amounts.ts';
import { canComeBack } from '#lib/run-view/can-come-back.ts';
import { describePlace } from '#lib/run-view/describe-place.ts';
import type { CutoverView, KeptPlace } from '#lib/run-view/read-evidence.ts';

/** Facts for people: a name and what is to be said. */
export type Facts = (readonly [name: string, value: string])[];

/**
 * How the copy went live, what was put aside, and the commands that bring it back or drop it; where it did not go live,
 * where the copy is.
 */
export function describeCutover(view: CutoverView): Facts {
  const { state, details, because, notes } = view;
  if (state === 'planned' || (state === 'staged' && view.kept === null)) return [];
  return [
    ['cut-over', `${details.strategy}: ${because}`],
    ...describeState(view),
    ...notes.map((note) => ['note', note] as const),
  ];
}

function describeState(view: CutoverView): Facts {
  const { state, kept, knownAs: runId } = view;
  const rollBack = ['roll back', `holdfast rollback ${runId}`] as const;
  switch (state) {
    case 'planned':
      return [];
    case 'staged':
      return kept === null
        ? []
        : [['copy', kept.url ?? describePlace(kept.place)], ['connect', kept.connect], ...drop(kept, runId)];
    case 'live':
      return [...describeInterruption(view), ...describeBefore(view), ...(canComeBack(view) ? [rollBack] : [])];
    case 'rolled-back':
      return [
        ['now', `${view.target} serves again what it served before`],
        ...(kept === null
          ? []
          : [['put aside', `${describePlace(kept.place)}: what had gone live`] as const, ...drop(kept, runId)]),
      ];
    case 'discarded':
      return [['kept', 'nothing any more']];
  }
}

function describeBefore({ details, kept, target }: CutoverView): Facts {
  if (kept !== null) return [['before', `what ${target} served is ${describePlace(kept.place)}${describeUntil(kept)}`]];
  if (details.strategy !== 'in-place' || details.safetyBackup === null) return [];
  return [['before', `what ${target} held is the safety backup ${details.safetyBackup.backupId}`]];
}

/** How long nobody could work; a restore in place interrupts nobody whom it has to measure. */
export function describeInterruption({ details, interruptionMs }: Pick<Cutover, 'details' | 'interruptionMs'>): Facts {
  if (details.strategy === 'in-place') return [];
  const text =
    interruptionMs === null
      ? 'not known: the process that measured it was killed'
      : `${interruptionMs} ms in which no client could work`;
  return [['interrupted', text]];
}

function drop(kept: KeptPlace, runId: string): Facts {
  return [
    ...(kept.until === null ? [] : [['kept until', describeTime(kept.until)] as const]),
    ['drop it', `holdfast discard ${runId}`],
  ];
}

function describeUntil({ until }: KeptPlace): string {
  return until === null ? '' : `, kept until ${describeTime(until)}`;
}
