import { type Command, Option } from 'commander';
import { z } from 'zod';
import { printFinished } from '#cli/output/print-finished.ts';
import type { Terminal } from '#cli/output/terminal.ts';
import { checkConnection } from '#cli/workflow/check-connection.ts';
import { confirmTarget } from '#cli/workflow/confirm-target.ts';
import { runWorkflow } from '#cli/workflow/run-workflow.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { findManifest } from '#lib/manifest/manifest-store.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { recoverTables } from './recover-tables.ts';
import { describeExamples, type StartVerb, wholeNumber } from './verb.ts';

const optionsSchema = z.object({
  to: z.string(),
  from: z.string().optional(),
  lanes: z.int().optional(),
  proof: z.enum(['content', 'counts']).optional(),
  yesReplace: z.string().optional(),
  tables: z.array(z.string()).optional(),
  schemaAs: z.string().optional(),
});

/** `holdfast restore <backup|latest> --to NAME`. */
export function addRestore(program: Command, start: StartVerb): void {
  program
    .command('restore')
    .summary('restore a backup into an empty database, and prove the copy')
    .description(
      'Restore a backup into an empty database and prove that the copy equals the backup.\n' +
        'Where anything fails, or the proof does, the target is left empty again.',
    )
    .argument('<backup>', 'a backup id, the beginning of one, or `latest`')
    .requiredOption('--to <name>', 'the connection to restore into')
    .option('--from <name>', 'take the backup of this connection')
    .option('--lanes <n>', 'rows are loaded by this many sessions at a time', wholeNumber({ min: 1, max: 16 }))
    .addOption(
      new Option('--proof <level>', 'compare the content of every row, or only count them').choices([
        'content',
        'counts',
      ]),
    )
    .option('--yes-replace <name>', 'confirm a protected target by its name')
    .option('--tables <pattern...>', 'recover only these tables, beside the live ones: orders, shop.*, \'"Odd Name"\'')
    .option('--schema-as <name>', 'the new schema that recovered tables go into')
    .addHelpText(
      'after',
      describeExamples([
        ['holdfast restore latest --to neon', 'the newest backup into NEON_DATABASE_URL'],
        ['holdfast restore latest --from production --to neon', 'the newest one of a connection'],
        ['holdfast restore 20261121T0145 --to staging', 'by the beginning of its id'],
        ['holdfast restore latest --to live --yes-replace live', 'into a protected connection, from a script'],
        [
          'holdfast restore latest --to live --tables orders --schema-as rescue',
          'one table beside the live one, compared',
        ],
      ]),
    )
    .action((backup: string, _options: unknown, command: Command) =>
      start(command, (terminal) => restore(terminal, backup, optionsSchema.parse(command.opts()))),
    );
}

async function restore(terminal: Terminal, named: string, options: z.infer<typeof optionsSchema>): Promise<number> {
  const { to, from, yesReplace, tables, schemaAs, ...rest } = options;
  const workspace = await openWorkspace();
  if (tables !== undefined || schemaAs !== undefined) {
    const { lanes, ...others } = rest;
    const about = { backup: named, to, from, tables, schemaAs, lanes, yesReplace, others: namesOf(others) };
    return recoverTables(terminal, workspace, about);
  }
  const target = findConnection(workspace.config, to);
  // Found here, so that `latest` means the newest backup at the time of the command, also for a run that waits.
  const { id: backup, connection } = await findManifest(workspace.repository, { backup: named, connection: from });
  // From here on the name stands in the event as its confirmation.
  await confirmTarget(target, yesReplace);
  await checkConnection(target);
  // Loaded here: verbs that only read, and usage errors, should not wait for Inngest's SDK.
  const { restoreRequested } = await import('#inngest/events.ts');
  const finished = await runWorkflow(terminal, workspace, {
    event: { name: restoreRequested.name, data: { backup, from: connection, to, confirm: to, ...rest } },
    connections: [to],
    title: `restore of ${backup} to ${to}`,
  });
  return printFinished(terminal, workspace.repository, finished);
}

/** Options as a person has written them: `--keep-staging`, `--no-cutover`. */
function namesOf(options: Readonly<Record<string, unknown>>): string[] {
  // commander gives every `--no-...` its default, which nobody has written.
  const given = Object.entries(options).filter(
    ([name, value]) => value !== undefined && !(name === 'cutover' && value),
  );
  return given.map(([name, value]) => {
    const written = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return `--${value === false ? 'no-' : ''}${written}`;
  });
}
