import { type Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { printFinished } from '#cli/output/print-finished.ts';
import type { Terminal } from '#cli/output/terminal.ts';
import { checkConnection } from '#cli/workflow/check-connection.ts';
import { runWorkflow } from '#cli/workflow/run-workflow.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { loadConfig } from '#lib/config/load-config.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { describeExamples, type StartVerb, wholeNumber } from './verb.ts';

const optionsSchema = z.object({
  label: z.string().max(200).optional(),
  lanes: z.int().optional(),
  pgDump: z.enum(['auto', 'native', 'wasm']).optional(),
});

/** `holdfast backup [connection]`. */
export function addBackup(program: Command, start: StartVerb): void {
  program
    .command('backup')
    .summary('back a database up')
    .description('Back a database up into the repository, under one snapshot, with a digest of every table.')
    .argument('[connection]', 'the connection to back up', 'production')
    .option('--label <text>', 'a word of yours, kept with the backup', parseLabel)
    .option('--lanes <n>', 'rows are read by this many sessions at a time', wholeNumber({ min: 1, max: 16 }))
    .addOption(new Option('--pg-dump <which>', 'which pg_dump reads the schema').choices(['auto', 'native', 'wasm']))
    .addHelpText(
      'after',
      describeExamples([
        ['holdfast backup', 'back up `production` (DATABASE_URL)'],
        ['holdfast backup neon --label "before 2.0"', 'back up another connection, with a label'],
        ['holdfast backup --repository s3://backups/game', 'into a bucket'],
        ['holdfast backup --json | jq -r .outcome.backup', 'the id of the backup, for a script'],
      ]),
    )
    .action((connection: string, _options: unknown, command: Command) =>
      start(command, (terminal) => backUp(terminal, connection, optionsSchema.parse(command.opts()))),
    );
}

async function backUp(terminal: Terminal, connection: string, options: z.infer<typeof optionsSchema>): Promise<number> {
  await checkConnection(findConnection(await loadConfig(), connection));
  const workspace = await openWorkspace({ create: true });
  // Loaded here: verbs that only read, and usage errors, should not wait for Inngest's SDK.
  const { backupRequested } = await import('#inngest/events.ts');
  const finished = await runWorkflow(terminal, workspace, {
    event: { name: backupRequested.name, data: { connection, ...options } },
    connections: [connection],
    title: `backup of ${connection}`,
  });
  return printFinished(terminal, workspace.repository, finished);
}

function parseLabel(text: string): string {
  if (text.length <= 200) return text;
  throw new InvalidArgumentError('It is longer than 200 characters.');
}
