import { unlink } from 'node:fs/promises';
import { errnoOf } from '#lib/errors/errno-of.ts';
import type { Deletion } from './object-store.ts';

const atOnce = 16;

/**
 * Deletes the files of objects. A file that may not be deleted (its folder, or the file system's immutable attribute,
 * says no) is told in the answer; whatever else goes wrong concerns the disk and is thrown, as `explain` words it.
 */
export async function deleteFiles(
  files: readonly { key: string; path: string }[],
  explain: (key: string, error: unknown) => Promise<Error>,
): Promise<Deletion> {
  const deletion: Deletion = { deleted: 0, hidden: 0, locked: [], failed: [] };
  const queue = files.values();
  const work = async (): Promise<void> => {
    for (const { key, path } of queue) {
      try {
        await unlink(path);
        deletion.deleted++;
      } catch (error) {
        const errno = errnoOf(error);
        // ENOENT, ENOTDIR: not there, so it is as gone as it should be. EISDIR, on macOS EPERM: a folder is no object.
        if (errno === 'ENOENT' || errno === 'ENOTDIR' || errno === 'EISDIR') deletion.deleted++;
        else if (errno === 'EACCES' || errno === 'EPERM') {
          const reason = errno === 'EACCES' ? 'permission denied' : 'operation not permitted';
          deletion.failed.push({ key, code: 'storage_denied', reason });
        } else throw await explain(key, error);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return deletion;
}
