import { unlink } from 'node:fs/promises';
import { errnoOf } from '#lib/errors/errno-of.ts';
import type { Deletion } from './object-store.ts';
import { OutOfTimeError } from './out-of-time-error.ts';
import { workTogether } from './work-together.ts';

const atOnce = 16;

/**
 * Deletes the files of objects. A file that may not be deleted (its folder, or the file system's immutable attribute,
 * says no) is told in the answer; whatever else goes wrong concerns the disk and is thrown, as `explain` words it.
 * @throws OutOfTimeError where `isInTime` says no before a file.
 */
export async function deleteFiles(
  files: readonly { key: string; path: string }[],
  { explain, isInTime }: { explain: (key: string, error: unknown) => Promise<Error>; isInTime?: () => boolean },
): Promise<Deletion> {
  const deletion: Deletion = { deleted: 0, hidden: 0, locked: [], failed: [] };
  await workTogether(files, atOnce, async ({ key, path }) => {
    if (isInTime?.() === false) throw new OutOfTimeError();
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
  });
  return deletion;
}
