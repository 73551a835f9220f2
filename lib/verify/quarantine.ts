import { DamagedError } from '#lib/errors/damaged-error.ts';
import { StorageError } from '#lib/errors/storage-error.ts';
import { deleteDoomed } from '#lib/garbage/delete-doomed.ts';
import { noDeletion } from '#lib/garbage/deletion-total.ts';
import type { Deletion } from '#lib/repository/object-store.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { chunkKey } from '#lib/repository/repository-keys.ts';
import type { Damage } from './damage.ts';
import type { StoredObject } from './plan-verify.ts';

/** Bytes that are not what the name stands for. What is whole and does not decode was written so, and stays. */
const rotten = new Set(['object_changed', 'object_truncated']);

/** Above this part of what was read it is rather the reader, or a key, that is wrong than the objects. */
const mostOfAll = 0.5;
const fewObjects = 4;

/** What was done about damaged objects. */
export interface Quarantined {
  /** Names of the objects that lie under `quarantine/` now: the next backup of the same rows stores them again. */
  moved: string[];
  /** Why an object stays where it is, with its name. */
  stays: string[];
}

/**
 * Moves damaged objects to `quarantine/<name>`, so that the next backup does not take them as whole. Each is read once
 * more, after it is announced as one that goes; one that is sound by now stays. Readers that come late find it missing,
 * which is no worse. Safe to run twice and beside backups: see deleteDoomed.
 */
export async function quarantineDamaged(
  repository: Repository,
  { runId, damage, objects }: { runId: string; damage: readonly Damage[]; objects: readonly StoredObject[] },
): Promise<Quarantined> {
  const bad = new Set(damage.filter(({ code }) => rotten.has(code)).map(({ key }) => key));
  const suspects = objects.filter(({ name }) => bad.has(chunkKey(name)));
  if (suspects.length === 0) return { moved: [], stays: [] };
  if (suspects.length > fewObjects && suspects.length > objects.length * mostOfAll) {
    const why = `${suspects.length} of ${objects.length} objects read as damaged: look at the store and the key first`;
    return { moved: [], stays: [why] };
  }
  const sizes = new Map(suspects.map(({ name, stored }) => [name, stored]));
  const spare = async (names: readonly string[]): Promise<Set<string>> => {
    const spared = new Set<string>();
    for (const name of names) if (!(await putAside(repository, name, sizes.get(name)))) spared.add(name);
    return spared;
  };
  const doomed = { id: `${runId}-quarantine`, names: [...sizes.keys()], spare };
  const { locked, failed } = await deleteDoomed(repository, doomed).catch(tellDenied);
  const stays = [
    ...locked.map((key) => `${key} is locked by the store`),
    ...failed.map(({ key, reason }) => `${key}: ${reason}`),
  ];
  const moved: string[] = [];
  for (const name of sizes.keys()) {
    if ((await repository.store.head(chunkKey(name))) === undefined && (await isAside(repository, name)))
      moved.push(name);
  }
  return { moved, stays };
}

/** Who may read and write records, and not put aside, has verified all the same. */
function tellDenied(cause: unknown): Deletion {
  if (!(cause instanceof StorageError && cause.code === 'storage_denied')) throw cause;
  return { ...noDeletion, failed: [{ key: 'quarantine', code: cause.code, reason: cause.message }] };
}

/** Copies an object that is damaged still; answers whether it is. */
async function putAside(repository: Repository, name: string, size: number | undefined): Promise<boolean> {
  const bytes = await repository.store.get(chunkKey(name));
  if (bytes === undefined) return false;
  try {
    await repository.getChunk(name, { object: 'a damaged object', ...(size === undefined ? {} : { size }) });
    return false;
  } catch (cause) {
    if (!(cause instanceof DamagedError && rotten.has(cause.code))) throw cause;
  }
  await repository.store.put(quarantineKey(name), [bytes]);
  return true;
}

async function isAside(repository: Repository, name: string): Promise<boolean> {
  return (await repository.store.head(quarantineKey(name))) !== undefined;
}

function quarantineKey(name: string): string {
  return `quarantine/${name}`;
}
