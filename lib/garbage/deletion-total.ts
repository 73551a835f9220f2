import type { Deletion } from '#lib/repository/object-store.ts';

/** Nothing deleted yet. */
export const noDeletion: Deletion = { deleted: 0, hidden: 0, locked: [], failed: [] };

/** What became of the keys of two calls together. */
export function addDeletion(a: Deletion, b: Deletion): Deletion {
  return {
    deleted: a.deleted + b.deleted,
    hidden: a.hidden + b.hidden,
    locked: [...a.locked, ...b.locked],
    failed: [...a.failed, ...b.failed],
  };
}

const mostTold = 1_000;

/** The same with a thousand keys of each kind at most, as the result of a step stays small. */
export function shortenDeletion(deletion: Deletion): Deletion {
  return { ...deletion, locked: deletion.locked.slice(0, mostTold), failed: deletion.failed.slice(0, mostTold) };
}
