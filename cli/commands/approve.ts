import type { Command } from 'commander';
import { printFinished } from '#cli/output/print-finished.ts';
import type { Terminal } from '#cli/output/terminal.ts';
import { decide } from '#cli/workflow/decide.ts';
import { requireWaiting } from '#lib/cutover/require-waiting.ts';
import { describeRun } from '#lib/run-view/describe-run.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { findRoot } from './find-root.ts';
import { describeExamples, type StartVerb } from './verb.ts';

/** `holdfast approve RUN`. */
export function addApprove(program: Command, start: StartVerb): void {
  program
    .command('approve')
    .summary('let a run that waits for approval go live')
    .description(
      'Let a run that waits for approval go live (`--require-approval`), and follow it to its end. Where the process ' +
        'that has started it is gone, this one takes it up. The exit code is that of the run.',
    )
    .argument('<run>', 'a run: its id or the beginning of one')
    .addHelpText('after', describeExamples([['holdfast approve 20261121T014500Z-x7k2qd', 'the proven copy goes live']]))
    .action((run: string, _options: unknown, command: Command) => start(command, (terminal) => approve(terminal, run)));
}

async function approve(terminal: Terminal, named: string): Promise<number> {
  const workspace = await openWorkspace();
  const root = await findRoot(workspace.repository, named);
  const waiting = await requireWaiting(workspace.repository, root.id);
  terminal.note(`approved: ${waiting.what} (${describeRun({ run: root })}, run ${root.id})`);
  return decide(terminal, workspace, {
    ...{ decision: 'approve', root, subject: waiting.run },
    tell: ({ repository }, finished) => printFinished(terminal, repository, finished),
  });
}
