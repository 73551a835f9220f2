import type { Command } from 'commander';
import { printFinished } from '#cli/output/print-finished.ts';
import type { Terminal } from '#cli/output/terminal.ts';
import { runWorkflow } from '#cli/workflow/run-workflow.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { describeExamples, type StartVerb } from './verb.ts';

/** `holdfast sweep`. */
export function addSweep(program: Command, start: StartVerb): void {
  program
    .command('sweep')
    .summary('take away what is kept long enough, and what dead runs have left')
    .description(
      'Take away what is kept long enough (`keepPrevious`), and what dead runs have left (`deadAfter`): what a server ' +
        'does by itself every day at 03:17 UTC. A CLI process starts nothing by itself.',
    )
    .addHelpText('after', describeExamples([['holdfast sweep --quiet', 'for a schedule, where no server runs']]))
    .action((_options: unknown, command: Command) => start(command, sweep));
}

async function sweep(terminal: Terminal): Promise<number> {
  const workspace = await openWorkspace();
  // Loaded here: usage errors should not wait for Inngest's SDK.
  const { sweepRequested } = await import('#inngest/events.ts');
  const finished = await runWorkflow(terminal, workspace, {
    event: { name: sweepRequested.name, data: {} },
    connections: [],
    title: 'sweep',
  });
  return printFinished(terminal, workspace.repository, finished);
}
