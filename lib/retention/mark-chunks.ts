import { DamagedError } from '#lib/errors/damaged-error.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { listAnnouncedCommits, readAnnouncedNames } from '#lib/garbage/announced-commit.ts';
import { NameSet } from '#lib/garbage/name-set.ts';
import { listBackups, readObjectNames } from '#lib/manifest/manifest-store.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { manifestKey } from '#lib/repository/repository-keys.ts';
import { forEachAtOnce } from './for-each-at-once.ts';

/** Which objects are needed, and by which manifests. */
export interface Marked {
  names: NameSet;
  /** Keys of the manifests that were read. */
  manifests: Set<string>;
  /** Manifests and announcements that could not be read: then nothing may be swept. */
  unreadable: { key: string; code: string; message: string }[];
}

/**
 * Reads every manifest, and every commit that is announced, of all connections. Announcements are read first: a commit
 * takes its own back only when its manifest is there, so one of the two is seen. `without` are backups that count as
 * removed. @throws StorageError, UnavailableError.
 */
export async function markChunks(
  repository: Repository,
  { without = new Set(), known = new Set() }: { without?: ReadonlySet<string>; known?: ReadonlySet<string> } = {},
): Promise<Marked> {
  const marked: Marked = { names: new NameSet(), manifests: new Set(), unreadable: [] };
  const read = async (key: string, names: () => Promise<Iterable<string>>): Promise<void> => {
    try {
      for (const name of await names()) marked.names.add(name);
    } catch (cause) {
      if (!(cause instanceof DamagedError || cause instanceof RefusedError)) throw cause;
      // Removed since it was listed: nobody needs its objects for its sake.
      if (cause.code === 'manifest_missing') return;
      marked.unreadable.push({ key, code: cause.code, message: cause.message });
    }
  };
  await forEachAtOnce(await listAnnouncedCommits(repository), ({ key }) =>
    read(key, () => readAnnouncedNames(repository, key)),
  );
  const backups = (await listBackups(repository)).filter((backup) => {
    const key = manifestKey(backup);
    return !known.has(key) && !without.has(key);
  });
  await forEachAtOnce(backups, async (backup) => {
    const key = manifestKey(backup);
    marked.manifests.add(key);
    await read(key, () => readObjectNames(repository, backup));
  });
  return marked;
}
