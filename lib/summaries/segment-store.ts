import { DamagedError } from '#lib/errors/damaged-error.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { isKeyMissing } from '#lib/repository/encryption/key-ring.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { anySegmentSchema, packSegment, segmentFormat, unpackSegment } from './segment.ts';

/** Everything of the index lies below this. */
export const indexPrefix = 'index/';

/**
 * What is stored of a month. `stays`: it is of a newer Holdfast, of somebody with other keys, or out of reach: it tells
 * nothing here, and `stays` says whether it must be left as it is even by who makes the index anew.
 */
export type StoredSegment =
  | { is: 'whole'; texts: Map<string, string> }
  | { is: 'none' }
  | { is: 'foreign'; stays: boolean };

/** Reads a month. Never throws what a store or a damaged object may throw: without the index the truth is read. */
export async function readSegment(repository: Repository, key: string): Promise<StoredSegment> {
  try {
    const json = await repository.getJson(key, anySegmentSchema);
    if (json === undefined) return { is: 'none' };
    if (json.format > segmentFormat) return { is: 'foreign', stays: true };
    const segment = unpackSegment(json);
    if (segment === undefined) return { is: 'none' };
    const own = new Set(keyIds(repository));
    return segment.keys.every((id) => own.has(id))
      ? { is: 'whole', texts: segment.texts }
      : { is: 'foreign', stays: false };
  } catch (cause) {
    if (!(cause instanceof HoldfastError)) throw cause;
    if (isKeyMissing(cause)) return { is: 'foreign', stays: false };
    return cause instanceof DamagedError ? { is: 'none' } : { is: 'foreign', stays: true };
  }
}

/**
 * Stores a month in place of what is there; answers whether it could. Of two writers in the same moment the last one
 * stays: what only the other one had is read from its run or backup again.
 */
export async function writeSegment(
  repository: Repository,
  key: string,
  texts: ReadonlyMap<string, string>,
): Promise<boolean> {
  return unlessRefused(() => repository.putJson(key, packSegment(texts, keyIds(repository))));
}

/** Takes a month away, whose runs or backups are all gone. */
export async function removeSegment({ store }: Repository, key: string): Promise<boolean> {
  return unlessRefused(() => store.delete(key));
}

/** A role that only reads, a full disk, a store out of reach: none of them may keep a page or a backup from its work. */
async function unlessRefused(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (cause) {
    if (cause instanceof HoldfastError) return false;
    throw cause;
  }
}

function keyIds({ keys }: Repository): string[] {
  return keys === null ? [] : [...(keys.current ? [keys.current.id] : []), ...keys.oldIds];
}
