import type { Command } from 'commander';
import { renderCancelled } from '#cli/output/render-cancelled.ts';
import { describeRun } from '#cli/output/render-run.ts';
import type { Terminal } from '#cli/output/terminal.ts';
import { decide } from '#cli/workflow/decide.ts';
import type { FinishedRun } from '#cli/workflow/finished-run.ts';
import { readCutover } from '#lib/cutover/cutover-store.ts';
import { exitCodes } from '#lib/errors/holdfast-error.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { listFamily } from '#lib/runs/children-store.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import { readResult } from '#lib/runs/run-store.ts';
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
  await requireOpen(workspace, root);
  terminal.note(`cancelling ${describeRun({ run: root })}, run ${root.id}`);
  return decide(terminal, workspace, {
    ...{ decision: 'cancel', root, subject: root.id },
    tell: (opened, finished) => tellCancelled(terminal, opened, { root, finished }),
  });
}

/** @throws RefusedError where there is nothing to end, or its end is not to be taken back like this. */
async function requireOpen({ repository }: Workspace, { id }: RunRecord): Promise<void> {
  const result = await readResult(repository, id);
  if (result !== undefined) {
    throw new RefusedError(`Run ${id} has ended already (${result.status}).`, {
      code: 'run_ended',
      hint: `See \`holdfast show ${id}\`; what went live comes back with \`holdfast rollback ${id}\`.`,
    });
  }
  for (const run of await listFamily(repository, id)) {
    if ((await readCutover(repository, run))?.state !== 'live') continue;
    throw new RefusedError(`Run ${id} has gone live already; only its end is missing.`, {
      code: 'already_live',
      hint: `Let it end (\`holdfast resume ${id}\` where its process was killed), then \`holdfast rollback ${id}\`.`,
    });
  }
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
