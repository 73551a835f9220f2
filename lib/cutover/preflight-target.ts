import { findConnection } from '#lib/config/find-connection.ts';
import { type BackupKey, readManifest } from '#lib/manifest/manifest-store.ts';
import { checkBranchLimit } from '#lib/neon/check-branch-limit.ts';
import { preflightRestore, type RestorePreflight } from '#lib/restore/preflight-restore.ts';
import { readSchemaEntries } from '#lib/schema/read-entries.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { type ChosenCutover, type CutoverRequest, chooseCutover } from './choose-cutover.ts';

/** A target as a restore sees it before anything is changed. */
export interface PreflightedTarget extends ChosenCutover {
  /** `undefined` where no way to go live is open: then the target was not held against the backup. */
  preflight: RestorePreflight | undefined;
}

/**
 * Chooses how the copy of a backup goes live and holds the target against the backup; `checks` has all of it. Reads
 * only: safe to run twice. @throws RefusedError (out of reach, login), DamagedError.
 */
export async function preflightTarget(
  workspace: Workspace,
  {
    runId,
    request,
    backup,
  }: { runId: string; request: CutoverRequest & { to: string; lanes?: number | undefined }; backup: BackupKey },
): Promise<PreflightedTarget> {
  const { config, repository } = workspace;
  const target = findConnection(config, request.to);
  const chosen = await chooseCutover(workspace, { runId, target, request });
  if (chosen.cutover === undefined) return { ...chosen, preflight: undefined };
  const { details } = chosen.cutover;
  const manifest = await readManifest(repository, backup);
  const preflight = await preflightRestore(target, {
    manifest,
    entries: await readSchemaEntries(repository, manifest),
    lanes: request.lanes ?? config.lanes,
    runId,
    confirm: request.confirm,
    content: details.strategy !== 'in-place' ? 'beside' : details.replace ? 'replaced' : 'none',
  });
  // A swap's copy lies beside the present database, on the same branch.
  const beside = details.strategy === 'database-swap' ? BigInt(preflight.server.databaseBytes) : 0n;
  const bytes = BigInt(manifest.source.databaseBytes) + beside;
  const checks = [...preflight.checks, ...chosen.checks, ...(await checkBranchLimit(config, { target, bytes }))];
  return { ...chosen, checks, preflight: { ...preflight, checks } };
}
