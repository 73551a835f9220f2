import { findConnection } from '#lib/config/find-connection.ts';
import type { BackupKey } from '#lib/manifest/manifest-store.ts';
import type { Check } from '#lib/report/check.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import type { ChosenCutover, CutoverRequest } from './choose-cutover.ts';
import { describePlan, runPlaceholder } from './describe-plan.ts';
import { preflightTarget } from './preflight-target.ts';
import { preflightTransfer } from './preflight-transfer.ts';
import { splitConsent } from './split-consent.ts';

/** What a person is shown before a copy is made, and what he is asked for. */
export interface CutoverPreview {
  /** The strategy with its reason; `null` where no way is open. */
  choice: { strategy: string; because: string } | null;
  /** What is about to happen, names and texts; none where no way is open. */
  plan: [name: string, text: string][];
  /** Everything that was looked at, each once. */
  checks: Check[];
  /** What stands in the way. */
  problems: Check[];
  /** What only wants the target's name once more. */
  consent: Check[];
  replaces: boolean;
}

/** Looks at a restore as its run would, before there is one. Reads only. @throws RefusedError, DamagedError. */
export async function previewRestore(
  workspace: Workspace,
  { request, backup }: { request: CutoverRequest & { to: string; lanes?: number | undefined }; backup: BackupKey },
): Promise<CutoverPreview> {
  const asked = { ...request, confirm: undefined };
  const found = await preflightTarget(workspace, { runId: runPlaceholder, request: asked, backup });
  return toPreview(workspace, { ...found, to: request.to });
}

/** Looks at a transfer as its run would, before there is one. Reads only. @throws RefusedError. */
export async function previewTransfer(
  workspace: Workspace,
  { request }: { request: CutoverRequest & { from: string; to: string; fence?: boolean | undefined } },
): Promise<CutoverPreview> {
  const asked = { ...request, confirm: undefined };
  const found = await preflightTransfer(workspace, { runId: runPlaceholder, request: asked });
  return toPreview(workspace, { ...found, to: request.to });
}

function toPreview(
  { config }: Workspace,
  { to, cutover, facts, replaces, checks }: ChosenCutover & { to: string },
): CutoverPreview {
  const target = findConnection(config, to);
  const { keepPreviousMs } = config;
  const lines = cutover === undefined ? [] : describePlan({ cutover, facts }, { target, keepPreviousMs });
  return {
    choice: cutover === undefined ? null : { strategy: cutover.details.strategy, because: cutover.because },
    // Nothing is put aside where nothing is replaced.
    plan: lines.filter(([name]) => name !== 'how' && (replaces || name !== 'kept')),
    checks: eachOnce(checks),
    ...splitConsent(eachOnce(checks)),
    replaces,
  };
}

/** Two of the preflights look at some of the same things; where one did not pass, that one speaks. */
export function eachOnce(checks: readonly Check[]): Check[] {
  const byName = Map.groupBy(checks, ({ name, object }) => `${name}\n${object}`);
  return [...byName.values()].flatMap((same) => same.find(({ passed }) => !passed) ?? same.slice(0, 1));
}
