import { describeDuration } from '#lib/report/describe-amounts.ts';
import { restoreOutcome } from '#lib/run-view/outcome-schemas.ts';
import type { Evidence } from '#lib/run-view/read-evidence.ts';
import type { RunResult } from '#lib/runs/run-record.ts';
import { describeCutover } from './describe-cutover.ts';
import { renderProof } from './render-proof.ts';
import { renderFacts, renderTable } from './render-table.ts';
import type { Format, Terminal } from './terminal.ts';

/** A restore for people: the proof table by table, what was left out, where the copy and the former content are. */
export function renderRestore(terminal: Terminal, result: RunResult, evidence: Evidence): string {
  const { proof, cutover } = evidence;
  const { run, durationMs, outcome } = result;
  if (proof === null) return '';
  const unknown = { backup: run.backup ?? '', leftOut: [], lanesNote: null };
  const { backup, leftOut, lanesNote } = restoreOutcome.safeParse(outcome).data ?? unknown;
  const lanes: [string, string][] = lanesNote === null ? [] : [['lanes', lanesNote]];
  return [
    renderHead(terminal, { ...result, backup }, evidence),
    renderProof(terminal, proof),
    ...renderLeftOut(terminal, leftOut),
    renderFacts(terminal, [
      ...(cutover === null ? [] : describeCutover(cutover)),
      ...lanes,
      ['took', describeDuration(durationMs)],
      ['run', run.id],
    ]),
  ].join('\n');
}

/** What of the backup the copy does not have. */
export function renderLeftOut(terminal: Terminal, leftOut: readonly { object: string; reason: string }[]): string[] {
  if (leftOut.length === 0) return [];
  const columns = [{ name: 'object' }, { name: 'reason' }];
  return [
    'Left out',
    renderTable(
      terminal,
      columns,
      leftOut.map(({ object, reason }) => [object, reason]),
    ),
  ];
}

function renderHead(
  terminal: Terminal,
  { status, run, backup }: Pick<RunResult, 'status' | 'run'> & { backup: string },
  { proof, cutover }: Evidence,
): string {
  const head = (format: Format, says: string, where: string): string =>
    `${terminal.paint(format, says)} ${terminal.paint('bold', backup)} ${where} ${run.target ?? ''}`;
  if (proof?.passed !== true) return head('red', 'Not proven:', 'in');
  if (status !== 'completed' && cutover?.state !== 'live') return head('red', 'Proven, but not live:', 'for');
  if (cutover?.state === 'staged' && cutover.kept !== null) return head('green', 'Restored and proven:', 'beside');
  const isLive = cutover?.state === 'live' && cutover.details.strategy !== 'in-place';
  return head('green', isLive ? 'Restored, proven and live:' : 'Restored and proven:', 'in');
}
