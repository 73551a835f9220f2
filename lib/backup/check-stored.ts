import { DamagedError } from '#lib/errors/damaged-error.ts';
import { listObjects } from '#lib/manifest/list-objects.ts';
import type { Manifest } from '#lib/manifest/manifest.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { chunkKey } from '#lib/repository/repository-keys.ts';

const atOnce = 16;

/**
 * Asks the store for every object of a manifest: is it there, with the size it should have?
 * @throws DamagedError that names the first object that is not.
 */
export async function checkStored(repository: Repository, manifest: Manifest): Promise<{ objects: number }> {
  const wanted = listObjects(manifest);
  const queue = wanted.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const { name, stored, object } of queue) {
        const info = await repository.store.head(chunkKey(name));
        if (info?.size === stored) continue;
        throw new DamagedError(
          `${chunkKey(name)} of ${object} is ${info ? `${info.size} bytes, not ${stored}` : 'missing'} in ${repository.location}.`,
          { code: info ? 'object_truncated' : 'object_missing', hint: 'Back up again; the rest is stored already.' },
        );
      }
    }),
  );
  return { objects: wanted.length };
}
