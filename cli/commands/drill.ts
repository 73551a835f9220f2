import type { Command } from 'commander';
import { z } from 'zod';
import { notePassedOver } from '#cli/output/note-passed-over.ts';
import { printFinished } from '#cli/output/print-finished.ts';
import type { Terminal } from '#cli/output/terminal.ts';
import { checkConnection } from '#cli/workflow/check-connection.ts';
import { runWorkflow } from '#cli/workflow/run-workflow.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { findManifest } from '#lib/manifest/manifest-store.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { describeExamples, type StartVerb, wholeNumber } from './verb.ts';

const optionsSchema = z.object({
  connection: z.string(),
  backup: z.string(),
  to: z.string().optional(),
  lanes: z.int().optional(),
});

/** `holdfast drill`. */
export function addDrill(program: Command, start: StartVerb): void {
  program
    .command('drill')
    .summary('restore a backup to staging, prove it, and drop it again')
    .description(
      'Restore a backup to staging, compare the copy with it row by row, drop the copy, and keep with the backup that it\n' +
        'is proven and how long that took. Nothing live is touched. The copy is built on a PostgreSQL server that is\n' +
        'started for it, or beside the database of a connection (`drill: { on }` in the config, --to).',
    )
    .option('--connection <name>', 'drill a backup of this connection', 'production')
    .option('--backup <backup>', 'a backup id, the beginning of one, or `latest`', 'latest')
    .option('--to <name>', 'build the copy beside the database of this connection')
    .option('--lanes <n>', 'rows are written by this many sessions at a time', wholeNumber({ min: 1, max: 16 }))
    .addHelpText(
      'after',
      describeExamples([
        ['holdfast drill', 'the newest backup of `production`, on a server that is started for it'],
        ['holdfast drill --connection shop --to neon', 'in a database, or a branch, beside what `neon` serves'],
      ]),
    )
    .action((_options: unknown, command: Command) =>
      start(command, (terminal) => drill(terminal, optionsSchema.parse(command.opts()))),
    );
}

async function drill(terminal: Terminal, options: z.infer<typeof optionsSchema>): Promise<number> {
  const { connection, backup: named, to, lanes } = options;
  const workspace = await openWorkspace();
  const { config, repository } = workspace;
  const { id: backup } = await findManifest(repository, {
    backup: named,
    connection,
    onPassedOver: (passedOver) => notePassedOver(terminal, passedOver),
  });
  const on = to ?? config.care.get(connection)?.drillOn ?? undefined;
  if (on !== undefined) await checkConnection(findConnection(config, on));
  // Loaded here: usage errors should not wait for Inngest's SDK.
  const { drillRequested } = await import('#inngest/events.ts');
  const finished = await runWorkflow(terminal, workspace, {
    event: { name: drillRequested.name, data: { connection, backup, to: on, lanes } },
    connections: on === undefined ? [] : [on],
    title: `drill of ${backup} of ${connection}`,
  });
  return printFinished(terminal, workspace.repository, finished);
}
