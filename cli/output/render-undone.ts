import { describeDuration } from '#lib/report/describe-amounts.ts';
import { describePlace } from '#lib/run-view/describe-place.ts';
import { describeWrittenSince } from '#lib/run-view/describe-rollback.ts';
import { undoneOutcome } from '#lib/run-view/outcome-schemas.ts';
import type { Evidence } from '#lib/run-view/read-evidence.ts';
import type { RunResult } from '#lib/runs/run-record.ts';
import { describeCutover, describeInterruption, type Facts } from './describe-cutover.ts';
import { renderFacts } from './render-table.ts';
import { escapeControls, type Terminal } from './terminal.ts';

/** A rollback for people: what serves again, and where that is which it has put aside. */
export function renderRollback(
  terminal: Terminal,
  { run, outcome, durationMs, status }: RunResult,
  evidence: Evidence,
): string {
  const parsed = undoneOutcome.safeParse(outcome).data;
  if (status !== 'completed' || parsed?.cutover === undefined || parsed.subject === undefined) return '';
  const { cutover, subject, walBytes, restore } = parsed;
  const head = `${terminal.paint('green', 'Rolled back:')} ${terminal.paint('bold', cutover.target)} serves again what it served before run ${evidence.cutover?.knownAs ?? subject}`;
  const since = describeWrittenSince(cutover, walBytes);
  const written: Facts = since === null ? [] : [['written since', since]];
  const facts: Facts =
    restore === null
      ? [
          ...describeInterruption(cutover),
          ...(evidence.cutover?.state === 'rolled-back' ? describeCutover(evidence.cutover).slice(1) : []),
        ]
      : [
          ['restored', `the safety backup, by run ${restore}`],
          ['put aside', `what ${cutover.target} held is a safety backup too: holdfast rollback ${run.id}`],
        ];
  return [
    head,
    renderFacts(terminal, [...facts, ...written, ['took', describeDuration(durationMs)], ['run', run.id]]),
  ].join('\n');
}

/** A discard for people. */
export function renderDiscard(
  terminal: Terminal,
  { run, outcome, durationMs, status }: RunResult,
  { cutover }: Evidence,
): string {
  const parsed = undoneOutcome.safeParse(outcome).data;
  if (status !== 'completed' || parsed === undefined) return '';
  if (parsed.sideSchema !== null) {
    const dropped = `the side schema ${escapeControls(parsed.sideSchema)} of run ${parsed.subject}`;
    return `${terminal.paint('green', 'Discarded:')} ${dropped}; the live tables are as they were`;
  }
  if (parsed.givenUp !== null) {
    const stays = `the side schema ${escapeControls(parsed.givenUp)} stays where its database is still there`;
    return `${terminal.paint('yellow', 'Given up:')} run ${parsed.subject}; ${stays}`;
  }
  if (parsed.cutover === undefined) return '';
  const { target, putAside, staging } = parsed.cutover;
  const dropped = putAside ?? staging;
  return [
    `${terminal.paint('green', 'Discarded:')} what run ${cutover?.knownAs ?? parsed.subject} kept; ${terminal.paint('bold', target)} serves what it served`,
    renderFacts(terminal, [
      ...(dropped === null ? [] : [['dropped', describePlace(dropped)] as const]),
      ['took', describeDuration(durationMs)],
      ['run', run.id],
    ]),
  ].join('\n');
}
