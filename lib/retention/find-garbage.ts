import type { NameSet } from '#lib/garbage/name-set.ts';
import type { Repository } from '#lib/repository/repository.ts';

/** Chunks that no manifest names. */
export interface Garbage {
  /** Older than the grace time: to be swept. */
  names: string[];
  bytes: number;
  /** Too young to be swept; a backup may be about to name them. */
  young: { chunks: number; bytes: number };
  /** All chunks that were looked at. */
  chunks: number;
}

const prefixes = Array.from({ length: 256 }, (_, byte) => `chunks/${byte.toString(16).padStart(2, '0')}/`);
const listingsAtOnce = 8;

/**
 * Lists all chunks and holds them against the marked names. `before`: only what was written before this moment, by the
 * store's clock, is old enough. Reads only.
 */
export async function findGarbage(
  repository: Repository,
  { marked, before }: { marked: NameSet; before: Date },
): Promise<Garbage> {
  const garbage: Garbage = { names: [], bytes: 0, young: { chunks: 0, bytes: 0 }, chunks: 0 };
  const queue = prefixes.values();
  const list = async (): Promise<void> => {
    for (const prefix of queue) {
      for await (const { key, size, modified } of repository.store.list(prefix)) {
        const name = key.slice(prefix.length);
        // What else lies there is not ours to delete.
        if (!/^[0-9a-f]{64}$/.test(name)) continue;
        garbage.chunks++;
        if (marked.has(name)) continue;
        if (modified < before) {
          garbage.names.push(name);
          garbage.bytes += size;
        } else {
          garbage.young.chunks++;
          garbage.young.bytes += size;
        }
      }
    }
  };
  await Promise.all(Array.from({ length: listingsAtOnce }, list));
  return garbage;
}
