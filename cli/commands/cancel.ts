import type { Command } from 'commander';
import { renderCancelled } from '#cli/output/render-cancelled.ts';
import type { Terminal } from '#cli/output/terminal.ts';
import { decide } from '#cli/workflow/decide.ts';
import type { FinishedRun } from '#cli/workflow/finished-run.ts';
import { requireCancellable } from '#lib/cutover/require-cancellable.ts';
import { exitCodes } from '#lib/errors/holdfast-error.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { describeRun } from '#lib/run-view/describe-run.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import { openWorkspace, type Workspace } from '#lib/workspace/open-workspace.ts';
import { findRoot } from './find-root.ts';
import { describeExamples, type StartVerb } from './verb.ts';

/** `holdfast cancel RUN`. */
export function addCancel(program: Command, start: StartVerb): void {
  program
    .command('cancel')
    .summary('end a run and take back what it has done')
    .description(
      'End a run that is under way, waits, or was left by its process, and take back what it has done: its copy is ' +
        'dropped, its snapshot and its fence are let go. What is live stays live.',
    )
    .argument('<run>', 'a run: its id or the beginning of one')
    .addHelpText(
      'after',
      describeExamples([['holdfast cancel 20261121T014500Z-x7k2qd', 'a run that is not wanted any more']]),
    )
    .action((run: string, _options: unknown, command: Command) => start(command, (terminal) => cancel(terminal, run)));
}

async function cancel(terminal: Terminal, named: string): Promise<number> {
  const workspace = await openWorkspace();
  const root = await findRoot(workspace.repository, named);
  await requireCancellable(workspace.repository, root.id);
  terminal.note(`cancelling ${describeRun({ run: root })}, run ${root.id}`);
  return decide(terminal, workspace, {
    ...{ decision: 'cancel', root, subject: root.id },
    tell: (opened, finished) => tellCancelled(terminal, opened, { root, finished }),
  });
}

async function tellCancelled(
  terminal: Terminal,
  { repository }: Workspace,
  { root, finished }: { root: RunRecord; finished: FinishedRun },
): Promise<number> {
  const { result, error } = finished;
  if (result?.status === 'cancelled') {
    const text = await renderCancelled(terminal, repository, result);
    terminal.result({ run: root.id, cancelled: true, exitCode: exitCodes.done, result }, () => text);
    return exitCodes.done;
  }
  if (result === undefined || result.exitCode === exitCodes.rollbackFailed) {
    const failed = error ?? undefined;
    if (failed)
      return terminal.fail(failed, { run: root.id, cancelled: false, exitCode: failed.exitCode, error: failed });
  }
  throw new RefusedError(`Run ${root.id} had ended (${result?.status}) before it could be cancelled.`, {
    code: 'run_ended',
    hint: `See \`holdfast show ${root.id}\`.`,
  });
}
