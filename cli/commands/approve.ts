import type { Command } from 'commander';
import { describeTime } from '#cli/output/describe-amounts.ts';
import { printFinished } from '#cli/output/print-finished.ts';
import { describeRun } from '#cli/output/render-run.ts';
import type { Terminal } from '#cli/output/terminal.ts';
import { decide } from '#cli/workflow/decide.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { readDecision } from '#lib/runs/decision-store.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import { readResult } from '#lib/runs/run-store.ts';
import { findWaiting, type Waiting } from '#lib/runs/waiting-store.ts';
import { openWorkspace, type Workspace } from '#lib/workspace/open-workspace.ts';
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
  const waiting = await requireWaiting(workspace, root);
  terminal.note(`approved: ${waiting.what} (${describeRun({ run: root })}, run ${root.id})`);
  return decide(terminal, workspace, {
    ...{ decision: 'approve', root, subject: waiting.run },
    tell: ({ repository }, finished) => printFinished(terminal, repository, finished),
  });
}

/** @throws RefusedError where there is nothing to approve, or no time left to do so. */
async function requireWaiting({ repository }: Workspace, { id }: RunRecord): Promise<Waiting & { run: string }> {
  const result = await readResult(repository, id);
  if (result !== undefined) {
    throw new RefusedError(`Run ${id} has ended (${result.status}): it does not wait for approval.`, {
      code: 'run_ended',
      hint: `See \`holdfast show ${id}\`.`,
    });
  }
  const waiting = await findWaiting(repository, id);
  if (waiting === undefined) {
    throw new RefusedError(`Run ${id} does not wait for approval, or not yet.`, {
      code: 'not_waiting',
      hint: `See with \`holdfast show ${id}\` where it is; only a run with --require-approval waits, after its proof.`,
    });
  }
  if (Date.parse(waiting.until) <= Date.now()) {
    throw new RefusedError(`Run ${id} has waited for approval until ${describeTime(waiting.until)}; that is over.`, {
      code: 'approval_too_late',
      hint: `Its copy is discarded as soon as the run is driven: \`holdfast resume ${id}\` where it was started.`,
    });
  }
  if ((await readDecision(repository, id))?.decision === 'cancel') {
    throw new RefusedError(`Run ${id} is being cancelled.`, { code: 'run_cancelled', hint: 'Start a new one.' });
  }
  return waiting;
}
