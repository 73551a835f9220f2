import type { Command } from 'commander';
import { z } from 'zod';
import { requireRightName } from '#cli/confirmation/confirm.ts';
import { confirmCutover } from '#cli/confirmation/confirm-cutover.ts';
import { notePassedOver } from '#cli/output/note-passed-over.ts';
import { printFinished } from '#cli/output/print-finished.ts';
import type { Terminal } from '#cli/output/terminal.ts';
import { checkConnection } from '#cli/workflow/check-connection.ts';
import { runWorkflow } from '#cli/workflow/run-workflow.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { chooseCutover } from '#lib/cutover/choose-cutover.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import { findManifest } from '#lib/manifest/manifest-store.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { addCutoverOptions, cutoverOptionsSchema, splitOptions } from './cutover-options.ts';
import { recoverTables } from './recover-tables.ts';
import { describeExamples, type StartVerb } from './verb.ts';

const optionsSchema = cutoverOptionsSchema.extend({
  to: z.string(),
  from: z.string().optional(),
  cutover: z.boolean(),
  tables: z.array(z.string()).optional(),
  schemaAs: z.string().optional(),
});

/** `holdfast restore <backup|latest> --to NAME`. */
export function addRestore(program: Command, start: StartVerb): void {
  const command = program
    .command('restore')
    .summary('restore a backup, prove the copy, and let it go live')
    .description(
      'Restore a backup beside the live database or into an empty one, prove that the copy equals the backup, and only ' +
        'then put it in the place of the live one, which is kept. Where anything fails, or the proof does, the target ' +
        'serves what it served.',
    )
    .argument('<backup>', 'a backup id, the beginning of one, or `latest`')
    .requiredOption('--to <name>', 'the connection to restore into')
    .option('--from <name>', 'take the backup of this connection')
    .option('--no-cutover', 'leave the proven copy beside the live database')
    .option('--tables <pattern...>', 'recover only these tables, beside the live ones: orders, shop.*, \'"Odd Name"\'')
    .option('--schema-as <name>', 'the new schema that recovered tables go into');
  addCutoverOptions(command)
    .addHelpText(
      'after',
      describeExamples([
        ['holdfast restore latest --to neon', 'the newest backup into NEON_DATABASE_URL'],
        ['holdfast restore latest --from production --to neon', 'the newest one of a connection'],
        ['holdfast restore 20261121T0145 --to staging --yes', 'by the beginning of its id, from a script'],
        ['holdfast restore latest --to live --yes-replace live', 'into a protected connection, from a script'],
        ['holdfast restore latest --to live --require-approval', 'a person decides when the proven copy goes live'],
        ['holdfast restore latest --to live --no-cutover', 'a proven copy beside it, to look at'],
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
  const { given, request } = splitOptions(options);
  const { to, from, tables, schemaAs, ...rest } = { ...request, cutover: request.cutover ? undefined : false };
  if (tables !== undefined || schemaAs !== undefined) {
    const { lanes, ...others } = rest;
    const about = { backup: named, to, from, tables, schemaAs, lanes, others: namesOf(others) };
    return recoverTables(terminal, await openWorkspace(), { ...about, yesReplace: given.yesReplace });
  }
  if (rest.cutover === false && rest.requireApproval) {
    throw new UsageError('--no-cutover and --require-approval exclude each other.', {
      code: 'usage_conflict',
      hint: 'With --no-cutover nothing goes live; with --require-approval the copy waits beside the live database.',
    });
  }
  const workspace = await openWorkspace();
  const target = findConnection(workspace.config, to);
  requireRightName(target, given);
  // Found here, so that `latest` means the newest backup at the time of the command, also for a run that waits.
  const manifest = await findManifest(workspace.repository, {
    backup: named,
    connection: from,
    onPassedOver: (passedOver) => notePassedOver(terminal, passedOver),
  });
  const { id: backup, connection, source } = manifest;
  await checkConnection(target);
  const title = `restore of ${backup} to ${to}`;
  const choose = (runId: string) => chooseCutover(workspace, { runId, target, request: rest });
  const confirm = await confirmCutover(terminal, workspace, { title, target, choose, given, source });
  // Loaded here: verbs that only read, and usage errors, should not wait for Inngest's SDK.
  const { restoreRequested } = await import('#inngest/events.ts');
  const finished = await runWorkflow(terminal, workspace, {
    event: { name: restoreRequested.name, data: { backup, from: connection, to, confirm, ...rest } },
    connections: [to],
    title,
  });
  return printFinished(terminal, workspace.repository, finished);
}

/** Options as a person has written them: `--keep-staging`, `--no-cutover`. */
function namesOf(options: Readonly<Record<string, unknown>>): string[] {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return given.map(([name, value]) => {
    const written = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return `--${value === false ? 'no-' : ''}${written}`;
  });
}
