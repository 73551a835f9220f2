import type { Terminal } from '#cli/output/terminal.ts';
import { chooseEngine } from '#cli/workflow/choose-engine.ts';
import type { Connection } from '#lib/config/config.ts';
import { readEnvironment } from '#lib/config/environment.ts';
import type { ChosenCutover } from '#lib/cutover/choose-cutover.ts';
import { describeChoice, describePlan, runPlaceholder } from '#lib/cutover/describe-plan.ts';
import { splitConsent } from '#lib/cutover/split-consent.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import type { Manifest } from '#lib/manifest/manifest.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { canAsk } from './ask-for-name.ts';
import { confirm, type GivenConfirmation, protectionOf, type Reason } from './confirm.ts';
import { describeLines } from './describe-lines.ts';

export interface CutoverToConfirm {
  /** `Restore of 20261121T... to neon`. */
  title: string;
  target: Connection;
  given: GivenConfirmation;
  /** Looks at the target as the run will, for a run of that id. */
  choose: (runId: string) => Promise<ChosenCutover>;
  /** Where the backup was taken, where there is one yet. */
  source: Manifest['source'] | undefined;
}

/**
 * Looks at the target and gets a person's word where a cut-over would take something away, or the target is protected.
 * Answers the confirmation for the event: the target's name, or `undefined` where nobody has given his word and none was
 * needed. @throws RefusedError, UsageError.
 */
export async function confirmCutover(
  terminal: Terminal,
  workspace: Workspace,
  wanted: CutoverToConfirm,
): Promise<string | undefined> {
  const { title, target, given, source } = wanted;
  const chosen = await lookAt(wanted);
  const strong = [...protectionOf(target), ...(chosen ? sameAsSource(chosen, { target, source }) : [])];
  const isGiven = given.yesReplace !== undefined || (given.yes && strong.length === 0);
  if (chosen === undefined) {
    await confirm({ target, reasons: strong, facts: title, verb: 'go on' }, given);
    return isGiven || strong.length > 0 ? target.name : undefined;
  }
  const { cutover, replaces } = chosen;
  // The run will be refused anyway: nobody is asked.
  if (cutover === undefined || splitConsent(chosen.checks).problems.length > 0)
    return isGiven ? target.name : undefined;
  const reasons = [...strong, ...(replaces ? [replacementOf(chosen, target)] : [])];
  const { keepPreviousMs } = workspace.config;
  const facts = replaces
    ? describeLines(`${title}:`, describePlan({ ...chosen, cutover }, { target, keepPreviousMs }))
    : describeLines(`${title}:`, [['how', describeChoice(cutover)]]);
  const willBeAsked = reasons.length > 0 && !isGiven && canAsk();
  if (!willBeAsked) terminal.note(replaces ? facts : `${target.name}: ${describeChoice(cutover)}`);
  await confirm({ target, reasons, facts, verb: replaces ? 'replace what it serves' : 'go on' }, given);
  return isGiven || reasons.length > 0 ? target.name : undefined;
}

/** With an Inngest server the database need not be reachable from here: then nothing is known of it. */
async function lookAt({ choose }: CutoverToConfirm): Promise<ChosenCutover | undefined> {
  const isElsewhere = chooseEngine(readEnvironment()).kind === 'inngest';
  if (isElsewhere && !canAsk()) return undefined;
  try {
    return await choose(runPlaceholder);
  } catch (cause) {
    if (isElsewhere && cause instanceof HoldfastError) return undefined;
    throw cause;
  }
}

function replacementOf({ facts }: ChosenCutover, { name }: Connection): Reason {
  const content = facts.content ?? 'its branch holds other databases';
  return {
    code: 'not_confirmed',
    says: `What the connection ${name} serves would be replaced: ${content}.`,
    strong: false,
  };
}

/** A backup that goes back where it came from takes everything away that was written since: nobody means that by chance. */
function sameAsSource(
  { facts: { server } }: ChosenCutover,
  { target, source }: { target: Connection; source: Manifest['source'] | undefined },
): Reason[] {
  const isSource =
    source !== undefined &&
    server.systemIdentifier !== null &&
    server.systemIdentifier === source.systemIdentifier &&
    server.databaseOid === source.databaseOid;
  if (!isSource) return [];
  const says = `Database ${server.database} of connection ${target.name} is the one this backup was taken from.`;
  return [{ code: 'target_is_source', says, strong: true }];
}
