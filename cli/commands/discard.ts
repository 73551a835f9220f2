import type { Command } from 'commander';
import { z } from 'zod';
import { confirm } from '#cli/confirmation/confirm.ts';
import { describeLines } from '#cli/confirmation/describe-lines.ts';
import { printFinished } from '#cli/output/print-finished.ts';
import type { Terminal } from '#cli/output/terminal.ts';
import { checkConnection } from '#cli/workflow/check-connection.ts';
import { runWorkflow } from '#cli/workflow/run-workflow.ts';
import type { Connection } from '#lib/config/config.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { findCutover } from '#lib/cutover/find-cutover.ts';
import { describeKept, requireDiscardable } from '#lib/cutover/require-discardable.ts';
import { isToGiveUp, requireDroppable } from '#lib/recovery/discard-recovery.ts';
import { describeMany } from '#lib/report/describe-amounts.ts';
import { describePlace } from '#lib/run-view/describe-place.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import { openWorkspace, type Workspace } from '#lib/workspace/open-workspace.ts';
import { findRoot } from './find-root.ts';
import { describeExamples, type StartVerb } from './verb.ts';

const optionsSchema = z.object({ yes: z.boolean().default(false) });

/** `holdfast discard RUN`. */
export function addDiscard(program: Command, start: StartVerb): void {
  program
    .command('discard')
    .summary('drop what a restore or a transfer keeps beside the live database')
    .description(
      'Drop what a finished restore, transfer or rollback keeps beside the live database. With it goes the way back. ' +
        'What nobody drops is swept away after `keepPrevious`. Of a recovery of tables: the side ' +
        'schema with them, which no sweep takes away from a run that has ended well.',
    )
    .argument('<run>', 'a restore, a transfer or a recovery of tables: its id or the beginning of one')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      describeExamples([
        ['holdfast discard 20261121T014500Z-x7k2qd', 'shows what it would drop, and asks'],
        ['holdfast discard 20261121T0145 --yes', 'from a script'],
      ]),
    )
    .action((run: string, _options: unknown, command: Command) =>
      start(command, (terminal) => discard(terminal, run, optionsSchema.parse(command.opts()))),
    );
}

async function discard(terminal: Terminal, named: string, { yes }: { yes: boolean }): Promise<number> {
  const workspace = await openWorkspace();
  const root = await findRoot(workspace.repository, named);
  const run = root.id;
  const isGivenUp = root.kind === 'recover' && (await isToGiveUp(workspace, root));
  const { to, place, what, afterwards } =
    root.kind === 'recover'
      ? await describeSideSchema(workspace, { run: root, isGivenUp })
      : await describeCopy(workspace, run);
  const target = isGivenUp ? { name: to, url: '' } : await findReachable(workspace, to);
  const facts = describeLines(`discard of what run ${run} keeps beside ${target.name}:`, [
    ['dropped', `${place}: ${what}`],
    ['then', afterwards],
  ]);
  const says = `${place} would be dropped: ${what}.`;
  const reasons = [{ code: 'not_confirmed', says, strong: false }];
  await confirm({ target, reasons, facts, verb: 'drop it' }, { yes, yesReplace: undefined });
  // Loaded here: usage errors and questions should not wait for Inngest's SDK.
  const { discardRequested } = await import('#inngest/events.ts');
  const finished = await runWorkflow(terminal, workspace, {
    event: { name: discardRequested.name, data: { run } },
    connections: isGivenUp ? [] : [to],
    title: `discard of what run ${run} keeps`,
  });
  return printFinished(terminal, workspace.repository, finished);
}

/** What is about to be lost, for who is asked. */
interface Loss {
  to: string;
  place: string;
  what: string;
  afterwards: string;
}

async function describeCopy(workspace: Workspace, run: string): Promise<Loss> {
  const cutover = await findCutover(workspace, run);
  const place = describePlace(await requireDiscardable(workspace.repository, { run, cutover }));
  const { target: to } = cutover;
  const afterwards = `${to} serves what it serves; nothing comes back from run ${run} any more`;
  return { to, place, what: describeKept(cutover), afterwards };
}

async function describeSideSchema(
  workspace: Workspace,
  { run, isGivenUp }: { run: RunRecord; isGivenUp: boolean },
): Promise<Loss> {
  const { plan, target: to } = await requireDroppable(workspace, run);
  if (isGivenUp) {
    const what = `the config has no connection ${to} any more`;
    const afterwards = `the schemas ${plan.schema} and holdfast stay where their database is still there`;
    return { to, place: `the mark of side schema ${plan.schema}`, what, afterwards };
  }
  const what = `${describeMany(plan.tables.length, 'table')} of backup ${plan.backup}`;
  return { to, place: `side schema ${plan.schema}`, what, afterwards: `the live tables of ${to} are as they were` };
}

async function findReachable({ config }: Workspace, name: string): Promise<Connection> {
  const connection = findConnection(config, name);
  await checkConnection(connection);
  return connection;
}
