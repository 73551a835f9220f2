import type { Command } from 'commander';
import { z } from 'zod';
import { confirm } from '#cli/confirmation/confirm.ts';
import { describeLines } from '#cli/confirmation/describe-lines.ts';
import { printFinished } from '#cli/output/print-finished.ts';
import type { Terminal } from '#cli/output/terminal.ts';
import { checkConnection } from '#cli/workflow/check-connection.ts';
import { runWorkflow } from '#cli/workflow/run-workflow.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { findCutover } from '#lib/cutover/find-cutover.ts';
import { describeKept, requireDiscardable } from '#lib/cutover/require-discardable.ts';
import { describePlace } from '#lib/run-view/describe-place.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { findRoot } from './find-root.ts';
import { describeExamples, type StartVerb } from './verb.ts';

const optionsSchema = z.object({ yes: z.boolean().default(false) });

/** `holdfast discard RUN`. */
export function addDiscard(program: Command, start: StartVerb): void {
  program
    .command('discard')
    .summary('drop what a restore or a transfer keeps beside the live database')
    .description(
      'Drop what a finished restore, transfer or rollback keeps beside the live database. With it goes the way back. ' +
        'What nobody drops is swept away after `keepPrevious`.',
    )
    .argument('<run>', 'a restore or a transfer: its id or the beginning of one')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      describeExamples([
        ['holdfast discard 20261121T014500Z-x7k2qd', 'shows what it would drop, and asks'],
        ['holdfast discard 20261121T0145 --yes', 'from a script'],
      ]),
    )
    .action((run: string, _options: unknown, command: Command) =>
      start(command, (terminal) => discard(terminal, run, optionsSchema.parse(command.opts()))),
    );
}

async function discard(terminal: Terminal, named: string, { yes }: { yes: boolean }): Promise<number> {
  const workspace = await openWorkspace();
  const { id: run } = await findRoot(workspace.repository, named);
  const cutover = await findCutover(workspace, run);
  const target = findConnection(workspace.config, cutover.target);
  const place = await requireDiscardable(workspace.repository, { run, cutover });
  await checkConnection(target);
  const facts = describeLines(`discard of what run ${run} keeps beside ${target.name}:`, [
    ['dropped', `${describePlace(place)}: ${describeKept(cutover)}`],
    ['then', `${target.name} serves what it serves; nothing comes back from run ${run} any more`],
  ]);
  const says = `${describePlace(place)} would be dropped: ${describeKept(cutover)}.`;
  const reasons = [{ code: 'not_confirmed', says, strong: false }];
  await confirm({ target, reasons, facts, verb: 'drop it' }, { yes, yesReplace: undefined });
  // Loaded here: usage errors and questions should not wait for Inngest's SDK.
  const { discardRequested } = await import('#inngest/events.ts');
  const finished = await runWorkflow(terminal, workspace, {
    event: { name: discardRequested.name, data: { run } },
    connections: [cutover.target],
    title: `discard of what run ${run} keeps`,
  });
  return printFinished(terminal, workspace.repository, finished);
}
