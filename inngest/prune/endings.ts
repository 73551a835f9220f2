import type { Ending } from '#inngest/finish-run.ts';
import { exitCodes } from '#lib/errors/holdfast-error.ts';
import { addDeletion } from '#lib/garbage/deletion-total.ts';
import type { Deletion } from '#lib/repository/object-store.ts';
import { describeHeldBack } from '#lib/retention/describe-held-back.ts';
import type { PruneOutcome } from '#lib/retention/prune-outcome.ts';
import type { FoundGarbage } from '#lib/retention/sweep-garbage.ts';
import type { Tidied } from '#lib/retention/tidy-repository.ts';

const mostNamed = 50;

/** How many backups went, and what became of their objects. */
export interface Removed {
  removed: number;
  spared: number;
  objects: Deletion;
}

/** What was found of garbage, and what became of it. */
export interface Swept {
  found: FoundGarbage | null;
  /** Backups that were being made: nothing was swept beside them. */
  openBackups: string[];
  objects: Deletion;
}

/** A prune that came to its end. What the store did not give up, and what could not be swept yet, is told, not failed. */
export function prunedEnding(parts: {
  plan: { kept: number; ids: string[] };
  removed: Removed;
  sweep: Swept;
  tidied: Tidied;
}): Ending {
  const { plan, removed, sweep, tidied } = parts;
  const { leftovers, runs } = tidied;
  const objects = [removed.objects, sweep.objects, leftovers, runs.objects].reduce(addDeletion);
  const { chunks, bytes, young } = sweep.found ?? { chunks: 0, bytes: 0, young: { chunks: 0, bytes: 0 } };
  const { openBackups, found } = sweep;
  const heldBack = describeHeldBack({ openBackups, unreadable: found?.unreadable ?? [] });
  const outcome: PruneOutcome = {
    ...{ kept: plan.kept, removed: removed.removed, spared: removed.spared, removedBackups: plan.ids },
    garbage: { chunks, bytes, young },
    ...{ swept: sweep.objects.deleted, heldBack, leftovers: leftovers.deleted, runs: runs.folders },
    objects: { ...objects, locked: objects.locked.slice(0, mostNamed), failed: objects.failed.slice(0, mostNamed) },
  };
  const told = [
    `${removed.removed} backups were removed, ${plan.kept} are kept`,
    heldBack === null ? `${outcome.swept} chunks were swept` : `no chunk was swept: ${heldBack}`,
    ...(objects.locked.length > 0 ? [`${objects.locked.length} objects are still locked`] : []),
    ...(objects.failed.length > 0 ? [`${objects.failed.length} objects could not be deleted`] : []),
  ];
  return { status: 'completed', exitCode: exitCodes.done, message: `${told.join('; ')}.`, outcome, error: null };
}
