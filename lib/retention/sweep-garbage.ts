import { randomBytes } from 'node:crypto';
import { DamagedError } from '#lib/errors/damaged-error.ts';
import { deleteDoomed } from '#lib/garbage/delete-doomed.ts';
import { shortenDeletion } from '#lib/garbage/deletion-total.ts';
import type { Deletion } from '#lib/repository/object-store.ts';
import type { Repository } from '#lib/repository/repository.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { findGarbage } from './find-garbage.ts';
import { type Marked, markChunks } from './mark-chunks.ts';
import {
  askStoreClock,
  type GarbageFolder,
  readGarbage,
  readMarked,
  writeGarbage,
  writeMarked,
} from './prune-store.ts';

/** Chunks of one list: deleted within seconds. */
const namesAList = 10_000;
/** Lists of one run; what is more waits for the next. */
const mostLists = 200;

/** What a prune found to sweep. */
export interface FoundGarbage {
  /** The attempt that found it, which names its lists. */
  attempt: string;
  /** Lists that were kept in the run's folder, to be swept one after the other. */
  lists: number;
  chunks: number;
  bytes: number;
  young: { chunks: number; bytes: number };
  /** Chunks and manifests that were looked at. */
  seen: { chunks: number; manifests: number };
  /** Why nothing may be swept. */
  unreadable: Marked['unreadable'];
}

/**
 * Marks what all manifests name, lists all chunks, and keeps those that nobody names and that are older than the grace
 * time. Where a manifest cannot be read there is nothing to sweep. Safe to run twice: each attempt writes lists of its own.
 */
export async function listGarbage(
  { config, repository }: Pick<Workspace, 'config' | 'repository'>,
  runId: string,
): Promise<FoundGarbage> {
  const attempt = randomBytes(6).toString('hex');
  const before = new Date((await askStoreClock(repository, runId)).getTime() - config.sweepGraceMs);
  const marked = await markChunks(repository);
  const { names, bytes, young, chunks } = await findGarbage(repository, { marked: marked.names, before });
  const seen = { chunks, manifests: marked.manifests.size };
  const found = { attempt, chunks: names.length, bytes, young, seen, unreadable: marked.unreadable.slice(0, 20) };
  if (marked.unreadable.length > 0) return { ...found, lists: 0 };
  await writeMarked(repository, { runId, attempt }, [...marked.manifests]);
  const lists = Math.min(mostLists, Math.ceil(names.length / namesAList));
  for (let part = 0; part < lists; part++) {
    const some = names.slice(part * namesAList, (part + 1) * namesAList);
    await writeGarbage(repository, { runId, attempt, part, names: some });
  }
  return { ...found, lists };
}

/** Sweeps one list, but for what a backup needs by now. Safe to run twice. */
export async function sweepGarbage(
  repository: Repository,
  { runId, attempt, part }: GarbageFolder & { part: number },
): Promise<Deletion> {
  const names = await readGarbage(repository, { runId, attempt, part });
  const known = await readMarked(repository, { runId, attempt });
  const id = `${runId}-${part}`;
  const spare = (doomed: readonly string[]) => findNeeded(repository, doomed, known);
  return shortenDeletion(await deleteDoomed(repository, { id, names, spare }));
}

/** Which of the names a commit needs that the marking did not see. */
async function findNeeded(
  repository: Repository,
  names: readonly string[],
  known: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const marked = await markChunks(repository, { known });
  const [unreadable] = marked.unreadable;
  if (unreadable) {
    throw new DamagedError(`${unreadable.message} Nothing is swept that it may name.`, {
      code: unreadable.code,
      hint: 'Bring the object back from another copy, or delete it if it is lost for good; then prune again.',
    });
  }
  return new Set(names.filter((name) => marked.names.has(name)));
}
