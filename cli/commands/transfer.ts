import type { Command } from 'commander';
import { z } from 'zod';
import { requireRightName } from '#cli/confirmation/confirm.ts';
import { confirmCutover } from '#cli/confirmation/confirm-cutover.ts';
import { printFinished } from '#cli/output/print-finished.ts';
import type { Terminal } from '#cli/output/terminal.ts';
import { checkConnection } from '#cli/workflow/check-connection.ts';
import { runWorkflow } from '#cli/workflow/run-workflow.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { preflightTransfer } from '#lib/cutover/preflight-transfer.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { addCutoverOptions, cutoverOptionsSchema, splitOptions } from './cutover-options.ts';
import { describeExamples, type StartVerb } from './verb.ts';

const optionsSchema = cutoverOptionsSchema.extend({
  from: z.string(),
  to: z.string(),
  fence: z.boolean().optional(),
});

/** `holdfast transfer --from NAME --to NAME`. */
export function addTransfer(program: Command, start: StartVerb): void {
  const command = program
    .command('transfer')
    .summary('move a database: back up, restore, prove and cut over as one run')
    .description(
      'Back a database up, restore the backup elsewhere, prove the copy and let it go live there, as one run. ' +
        'Where anything fails, both databases serve what they served.',
    )
    .requiredOption('--from <name>', 'the connection to copy')
    .requiredOption('--to <name>', 'the connection that shall serve the copy')
    .option('--fence', 'make the source read-only, so that nothing is written to the old home; lifted on failure');
  addCutoverOptions(command)
    .addHelpText(
      'after',
      describeExamples([
        ['holdfast transfer --from production --to neon', 'a copy of DATABASE_URL in NEON_DATABASE_URL'],
        ['holdfast transfer --from production --to neon --fence', 'a move: nobody writes to the old home any more'],
        [
          'holdfast transfer --from production --to live --yes-replace live',
          'over a protected connection, from a script',
        ],
      ]),
    )
    .action((_options: unknown, command: Command) =>
      start(command, (terminal) => transfer(terminal, optionsSchema.parse(command.opts()))),
    );
}

async function transfer(terminal: Terminal, options: z.infer<typeof optionsSchema>): Promise<number> {
  const { given, request } = splitOptions(options);
  const { from, to } = request;
  const workspace = await openWorkspace({ create: true });
  const source = findConnection(workspace.config, from);
  const target = findConnection(workspace.config, to);
  requireRightName(target, given);
  await checkConnection(source);
  await checkConnection(target);
  const title = `transfer of ${from} to ${to}`;
  const choose = (runId: string) => preflightTransfer(workspace, { runId, request });
  const confirm = await confirmCutover(terminal, workspace, { title, target, choose, given, source: undefined });
  // Loaded here: verbs that only read, and usage errors, should not wait for Inngest's SDK.
  const { transferRequested } = await import('#inngest/events.ts');
  const finished = await runWorkflow(terminal, workspace, {
    event: { name: transferRequested.name, data: { ...request, confirm } },
    connections: [from, to],
    title,
  });
  return printFinished(terminal, workspace.repository, finished);
}
