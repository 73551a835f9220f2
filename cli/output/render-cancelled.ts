import type { Cutover } from '#lib/cutover/cutover.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { describePlace } from '#lib/run-view/describe-place.ts';
import { describeRun } from '#lib/run-view/describe-run.ts';
import { readEvidence } from '#lib/run-view/read-evidence.ts';
import type { RunResult } from '#lib/runs/run-record.ts';
import type { Facts } from './describe-cutover.ts';
import { renderFacts } from './render-table.ts';
import type { Terminal } from './terminal.ts';

/** A cancelled run for people: that it is over, and what is left of it. */
export async function renderCancelled(terminal: Terminal, repository: Repository, result: RunResult): Promise<string> {
  const { run } = result;
  const { cutover } = await readEvidence(repository, { run, result });
  return [
    `${terminal.paint('green', 'Cancelled:')} ${describeRun({ run })}`,
    renderFacts(terminal, [
      ...(cutover === null ? [['left', 'nothing'] as const] : describeLeft(cutover)),
      ['run', run.id],
    ]),
  ].join('\n');
}

function describeLeft({ target, state, putAside, details }: Cutover): Facts {
  if (state === 'live') return [['left', `${target} serves the copy: it had gone live before`]];
  if (details.strategy === 'in-place' && details.safetyBackup !== null) {
    return [
      [
        'left',
        `what ${target} held comes back from the safety backup ${details.safetyBackup.backupId}: see \`holdfast runs\``,
      ],
    ];
  }
  const serves = details.strategy === 'in-place' ? `${target} is empty again` : `${target} serves what it served`;
  return putAside === null
    ? [['left', `nothing; ${serves}`]]
    : [['left', `${serves}; ${describePlace(putAside)} had been live for a moment and is kept`]];
}
