import type { Command } from 'commander';
import { z } from 'zod';
import { printFinished } from '#cli/output/print-finished.ts';
import { renderPlan } from '#cli/output/render-prune.ts';
import type { Terminal } from '#cli/output/terminal.ts';
import { runWorkflow } from '#cli/workflow/run-workflow.ts';
import { describeBytes, describeMany } from '#lib/report/describe-amounts.ts';
import { planPrune } from '#lib/retention/plan-prune.ts';
import { previewSweep } from '#lib/retention/preview-sweep.ts';
import { openWorkspace, type Workspace } from '#lib/workspace/open-workspace.ts';
import { describeExamples, type StartVerb } from './verb.ts';

const optionsSchema = z.object({ connection: z.string().optional(), dryRun: z.boolean().default(false) });

/** `holdfast prune`. */
export function addPrune(program: Command, start: StartVerb): void {
  program
    .command('prune')
    .summary('remove the backups that no rule keeps, and what no backup needs')
    .description(
      'Remove the backups that no rule of `retention` keeps, then sweep the chunks that no backup names and that are ' +
        'older than `sweepGrace`. Without `retention` no backup is removed. The newest backup of a connection stays, and ' +
        'the newest proven one, what is pinned, labelled, or in use by a run.',
    )
    .option('--connection <name>', 'remove backups of this connection only')
    .option('--dry-run', 'only say what would be done, and why')
    .addHelpText(
      'after',
      describeExamples([
        ['holdfast prune --dry-run', 'each backup, and the rule that keeps it'],
        ['holdfast prune --quiet', 'for a schedule, where no server runs'],
      ]),
    )
    .action((_options: unknown, command: Command) =>
      start(command, (terminal) => prune(terminal, optionsSchema.parse(command.opts()))),
    );
}

async function prune(terminal: Terminal, { connection, dryRun }: z.infer<typeof optionsSchema>): Promise<number> {
  const workspace = await openWorkspace();
  if (dryRun) return preview(terminal, workspace, connection);
  // Loaded here: usage errors should not wait for Inngest's SDK.
  const { pruneRequested } = await import('#inngest/events.ts');
  const finished = await runWorkflow(terminal, workspace, {
    event: { name: pruneRequested.name, data: connection === undefined ? {} : { connection } },
    connections: [],
    title: 'prune',
  });
  return printFinished(terminal, workspace.repository, finished);
}

async function preview(terminal: Terminal, workspace: Workspace, connection: string | undefined): Promise<number> {
  const backups = await planPrune(workspace, { connection, now: new Date() });
  const sweep = await previewSweep(workspace, backups);
  terminal.result({ dryRun: true, backups, sweep }, () => {
    const going = backups.filter(({ keptBy }) => keptBy.length === 0).length;
    const { chunks, bytes, young, heldBack } = sweep;
    const swept = `${describeMany(chunks, 'chunk')}, ${describeBytes(bytes)}`;
    const later = `${describeMany(young.chunks, 'chunk')}, ${describeBytes(young.bytes)}`;
    return [
      ...renderPlan(terminal, backups),
      `${describeMany(going, 'backup')} would go, ${backups.length - going} stay. Nothing was changed.`,
      heldBack === null ? `  swept at once: ${swept}` : `  no chunk would be swept: ${heldBack}`,
      `  after the grace time (sweepGrace): ${later}`,
    ].join('\n');
  });
  return 0;
}
