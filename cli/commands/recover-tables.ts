import { confirm, protectionOf, requireRightName } from '#cli/confirmation/confirm.ts';
import { notePassedOver } from '#cli/output/note-passed-over.ts';
import { printFinished } from '#cli/output/print-finished.ts';
import type { Terminal } from '#cli/output/terminal.ts';
import { checkConnection } from '#cli/workflow/check-connection.ts';
import { runWorkflow } from '#cli/workflow/run-workflow.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import { findManifest } from '#lib/manifest/manifest-store.ts';
import { describeTable } from '#lib/recovery/choice/choose-tables.ts';
import { planRecovery } from '#lib/recovery/plan-recovery.ts';
import { readSchemaEntries } from '#lib/schema/read-entries.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';

/** What of `holdfast restore` belongs to a table-level recovery; the rest of its options are the caller's to refuse. */
export interface RecoverOptions {
  backup: string;
  to: string;
  from?: string | undefined;
  tables?: readonly string[] | undefined;
  schemaAs?: string | undefined;
  lanes?: number | undefined;
  yesReplace?: string | undefined;
  /** Options that were given and mean nothing here. */
  others: readonly string[];
}

/** `holdfast restore ... --tables PATTERN... --schema-as NAME`: some tables into a side schema of the live database. */
export async function recoverTables(
  terminal: Terminal,
  workspace: Workspace,
  options: RecoverOptions,
): Promise<number> {
  const { to, lanes } = options;
  const { tables, schema } = requireBoth(options);
  const target = findConnection(workspace.config, to);
  // Found here, so that `latest` means the newest backup at the time of the command, also for a run that waits.
  const manifest = await findManifest(workspace.repository, {
    backup: options.backup,
    connection: options.from,
    onPassedOver: (passedOver) => notePassedOver(terminal, passedOver),
  });
  // Planned here too: a misspelt table is told before a run is made of it.
  const backup = { manifest, entries: await readSchemaEntries(workspace.repository, manifest) };
  const plan = planRecovery(backup, { patterns: tables, schema, lanes: 1, unlogged: false });
  const given = { yes: false, yesReplace: options.yesReplace };
  requireRightName(target, given);
  const facts = `Recovery of tables of ${manifest.id} into the schema ${schema} of ${to}.`;
  await confirm({ target, reasons: protectionOf(target), facts, verb: 'recover them into it' }, given);
  await checkConnection(target);
  for (const table of plan.tables)
    terminal.note(`recovers ${describeTable(table)} as ${describeTable({ schema, name: table.side })}`);
  const { recoverRequested } = await import('#inngest/events.ts');
  const { id, connection } = manifest;
  const finished = await runWorkflow(terminal, workspace, {
    event: {
      name: recoverRequested.name,
      data: { backup: id, from: connection, to, confirm: to, tables, schema, lanes },
    },
    connections: [to],
    title: `recovery of ${plan.tables.length} ${plan.tables.length === 1 ? 'table' : 'tables'} of ${id} to ${to}`,
  });
  return printFinished(terminal, workspace.repository, finished);
}

function requireBoth({ tables, schemaAs, others }: RecoverOptions): { tables: readonly string[]; schema: string } {
  if (tables === undefined || schemaAs === undefined) {
    throw new UsageError('--tables and --schema-as go together: which tables, and into which new schema.', {
      code: 'incomplete_recovery',
      hint: 'holdfast restore latest --to NAME --tables public.orders --schema-as rescue',
    });
  }
  const [other] = others;
  if (other === undefined) return { tables, schema: schemaAs };
  throw new UsageError(
    `${other} does not go with --tables: a recovery is always proven by content, and nothing is cut over.`,
    {
      code: 'option_not_for_recovery',
      hint: `Leave ${other} out, or leave --tables and --schema-as out to restore the whole backup.`,
    },
  );
}
