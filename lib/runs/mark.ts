import { z } from 'zod';
import { StorageError } from '#lib/errors/storage-error.ts';
import type { Repository } from '#lib/repository/repository.ts';

const removedSchema = z.strictObject({ removed: z.literal(true) });

/**
 * Takes a small object of a run away. Where the role may not delete, as a careful person sets it up, the object says
 * that it is gone. Safe to repeat.
 */
export async function removeMark(repository: Repository, key: string): Promise<void> {
  try {
    await repository.store.delete(key);
  } catch (cause) {
    if (!(cause instanceof StorageError && cause.code === 'storage_denied')) throw cause;
    await repository.putJson(key, { removed: true });
  }
}

/** The object, or `undefined` where there is none or it was taken away. @throws DamagedError where it does not parse. */
export async function readMark<T extends object>(
  repository: Repository,
  { key, schema }: { key: string; schema: z.ZodType<T> },
): Promise<T | undefined> {
  const mark = await repository.getJson(key, z.union([removedSchema, schema]));
  return mark === undefined || isRemoved(mark) ? undefined : mark;
}

function isRemoved(mark: object): mark is z.infer<typeof removedSchema> {
  return 'removed' in mark;
}
