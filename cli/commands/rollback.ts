import type { Command } from 'commander';
import { confirm, protectionOf, requireRightName } from '#cli/confirmation/confirm.ts';
import { describeLines } from '#cli/confirmation/describe-lines.ts';
import { requirePassed } from '#cli/confirmation/require-passed.ts';
import { printFinished } from '#cli/output/print-finished.ts';
import type { Terminal } from '#cli/output/terminal.ts';
import { checkConnection } from '#cli/workflow/check-connection.ts';
import { chooseEngine } from '#cli/workflow/choose-engine.ts';
import { runWorkflow } from '#cli/workflow/run-workflow.ts';
import type { Connection } from '#lib/config/config.ts';
import { readEnvironment } from '#lib/config/environment.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { describeClients } from '#lib/cutover/describe-plan.ts';
import { findCutover } from '#lib/cutover/find-cutover.ts';
import { previewRollback, type RollbackPreview } from '#lib/cutover/preview-rollback.ts';
import { readTargetFacts } from '#lib/cutover/read-target-facts.ts';
import { describeBytes, describeTime } from '#lib/report/describe-amounts.ts';
import { describeFormer, describeLater } from '#lib/run-view/describe-rollback.ts';
import { openWorkspace, type Workspace } from '#lib/workspace/open-workspace.ts';
import { addConfirmation, confirmationSchema } from './cutover-options.ts';
import { findRoot } from './find-root.ts';
import { describeExamples, type StartVerb } from './verb.ts';

/** `holdfast rollback RUN`. */
export function addRollback(program: Command, start: StartVerb): void {
  const command = program
    .command('rollback')
    .summary('bring back what a restore or a transfer has put aside')
    .description(
      'Bring back what a restore or a transfer has put aside: the database that was live before serves again. What was ' +
        'written since the cut-over stays in the database that is put aside in its turn.',
    )
    .argument('<run>', 'a restore or a transfer: its id or the beginning of one');
  addConfirmation(command)
    .addHelpText(
      'after',
      describeExamples([
        ['holdfast rollback 20261121T014500Z-x7k2qd', 'shows what it would do, and asks'],
        ['holdfast rollback 20261121T0145 --yes', 'from a script'],
      ]),
    )
    .action((run: string, _options: unknown, command: Command) =>
      start(command, (terminal) => rollBack(terminal, run, confirmationSchema.parse(command.opts()))),
    );
}

async function rollBack(
  terminal: Terminal,
  named: string,
  given: { yes: boolean; yesReplace?: string | undefined },
): Promise<number> {
  const workspace = await openWorkspace();
  const { id: run, kind, connection: source } = await findRoot(workspace.repository, named);
  const { target: to } = await findCutover(workspace, run);
  const target = findConnection(workspace.config, to);
  const confirmation = { yes: given.yes, yesReplace: given.yesReplace };
  requireRightName(target, confirmation);
  await checkConnection(target);
  const facts = await describeRollback(workspace, { run, target });
  const says = `The rollback of run ${run} would replace what the connection ${to} serves.`;
  const asked = { code: 'not_confirmed', says, strong: false };
  await confirm({ target, reasons: [...protectionOf(target), asked], facts, verb: 'roll it back' }, confirmation);
  // Loaded here: usage errors and questions should not wait for Inngest's SDK.
  const { rollbackRequested } = await import('#inngest/events.ts');
  const finished = await runWorkflow(terminal, workspace, {
    event: { name: rollbackRequested.name, data: { run, confirm: to } },
    // A transfer may have left a fence around its source.
    connections: [to, ...(kind === 'transfer' && source !== null ? [source] : [])],
    title: `rollback of ${to}`,
  });
  return printFinished(terminal, workspace.repository, finished);
}

/** What a rollback is about to do. @throws RefusedError where it will be refused. */
async function describeRollback(
  workspace: Workspace,
  { run, target }: { run: string; target: Connection },
): Promise<string> {
  const preview = await look(workspace, run);
  const { cutover, checks, walBytes } = preview;
  requirePassed(
    checks.filter(({ name }) => name !== 'protection'),
    run,
  );
  const clients = chooseEngine(readEnvironment()).kind === 'local' ? (await readTargetFacts(target)).clients : [];
  const since = cutover.cutOverAt === null ? '' : ` since ${describeTime(cutover.cutOverAt)}`;
  return describeLines(`rollback of ${target.name}:`, [
    ['comes back', describeFormer(cutover)],
    ['put aside', describeLater(cutover)],
    ['clients', `${describeClients(clients)}${clients.length > 0 ? '; they are disconnected' : ''}`],
    [
      'written',
      walBytes === null
        ? `what was written${since} is not known`
        : `${describeBytes(walBytes.replace(/\..*$/, ''))} of WAL${since}, by all databases of the server`,
    ],
  ]);
}

/** With an Inngest server the database need not be reachable from here; then the run itself looks. */
async function look(workspace: Workspace, run: string): Promise<RollbackPreview> {
  if (chooseEngine(readEnvironment()).kind === 'local') return previewRollback(workspace, { run });
  return { cutover: await findCutover(workspace, run), checks: [], walBytes: null };
}
