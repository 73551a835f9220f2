import { manifestKey } from '#lib/repository/repository-keys.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { describeHeldBack } from './describe-held-back.ts';
import { findGarbage } from './find-garbage.ts';
import { findInUse } from './find-in-use.ts';
import { markChunks } from './mark-chunks.ts';
import type { PlannedBackup } from './plan-retention.ts';

/** What a prune would sweep, were it done now. */
export interface SweepPreview {
  chunks: number;
  bytes: number;
  young: { chunks: number; bytes: number };
  heldBack: string | null;
}

/** Counts what would be garbage without the backups that a plan lets go. Reads only; the time is this machine's. */
export async function previewSweep(workspace: Workspace, plan: readonly PlannedBackup[]): Promise<SweepPreview> {
  const { config, repository } = workspace;
  const without = new Set(plan.filter(({ keptBy }) => keptBy.length === 0).map(manifestKey));
  const { names, unreadable } = await markChunks(repository, { without });
  const before = new Date(Date.now() - config.sweepGraceMs);
  const garbage = await findGarbage(repository, { marked: names, before });
  const { openBackups } = await findInUse(workspace, [], new Date());
  const heldBack = describeHeldBack({ openBackups, unreadable });
  return { chunks: garbage.names.length, bytes: garbage.bytes, young: garbage.young, heldBack };
}
