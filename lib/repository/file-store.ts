import { randomBytes } from 'node:crypto';
import { link, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { errnoOf } from '#lib/errors/errno-of.ts';
import { deleteFiles } from './delete-files.ts';
import { makeDurableFolder, syncFolder, writeDurableFile } from './durable-file.ts';
import { toFileStoreError } from './file-store-error.ts';
import { listFolder } from './list-folder.ts';
import { listFolderNames } from './list-folder-names.ts';
import { assertObjectKey } from './object-key.ts';
import type { ObjectInfo, ObjectStore } from './object-store.ts';

const tempFolder = '.tmp';
/** Longer than any upload, so that a sweep never takes the file of a live writer. */
const tempLifetimeMs = 24 * 60 * 60 * 1000;

/**
 * A folder as an object store. An object is written to a file in `.tmp` of the same folder, brought to the disk with
 * fdatasync, and only then given its name by rename(2), or by link(2) where it must not replace another; then the
 * folder's entry is brought to the disk too. So a put that is fulfilled survives a power cut, a manifest never names a
 * chunk that is not on the disk, and a killed writer leaves nothing but a file in `.tmp`, swept a day later by the
 * first put of another process. Opening and reading change nothing on the disk. Symbolic links below the folder are
 * not listed.
 */
export function createFileStore(folder: string): ObjectStore {
  const root = resolve(folder);
  const pathOf = (key: string): string => {
    assertObjectKey(key);
    return join(root, key);
  };
  let prepared: Promise<void> | undefined;
  const prepare = async (): Promise<void> => {
    prepared ??= prepareForWriting(join(root, tempFolder));
    try {
      await prepared;
    } catch (error) {
      prepared = undefined;
      throw error;
    }
  };
  const explain = async <T>(doing: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw await toFileStoreError(error, { root, doing });
    }
  };

  return {
    location: `file:${root}`,
    put(key, parts, options = {}) {
      const target = pathOf(key);
      return explain(`write ${key}`, async () => {
        if (options.ifAbsent === true && (await statFile(target)) !== undefined) {
          // Its writer may still be between link and sync; whoever is told 'exists' relies on it.
          await syncFolder(dirname(target));
          return 'exists';
        }
        await prepare();
        const temp = join(root, tempFolder, `${process.pid}-${randomBytes(8).toString('hex')}`);
        try {
          await writeDurableFile(temp, parts);
          const outcome = await publish({ temp, target, ifAbsent: options.ifAbsent === true });
          await syncFolder(dirname(target));
          return outcome;
        } finally {
          await rm(temp, { force: true });
        }
      });
    },
    putStream(key, source) {
      const target = pathOf(key);
      return explain(`write ${key}`, async () => {
        await prepare();
        const temp = join(root, tempFolder, `${process.pid}-${randomBytes(8).toString('hex')}`);
        try {
          await writeDurableFile(temp, source);
          const { size } = await stat(temp);
          await publish({ temp, target, ifAbsent: false });
          await syncFolder(dirname(target));
          return { size };
        } finally {
          await rm(temp, { force: true });
        }
      });
    },
    get(key, range) {
      const path = pathOf(key);
      return explain(`read ${key}`, () => readRange(path, range));
    },
    head(key) {
      const path = pathOf(key);
      return explain(`read ${key}`, async (): Promise<ObjectInfo | undefined> => {
        const found = await statFile(path);
        return found && { key, size: found.size, modified: found.mtime };
      });
    },
    async *list(prefix) {
      try {
        yield* listFolder({ root, folder: '', prefix });
      } catch (error) {
        throw await toFileStoreError(error, { root, doing: `list ${prefix === '' ? 'objects' : prefix}` });
      }
    },
    async *listFolders(folder) {
      try {
        yield* listFolderNames(root, folder);
      } catch (error) {
        throw await toFileStoreError(error, { root, doing: `list the folders of ${folder === '' ? 'it' : folder}` });
      }
    },
    delete(key) {
      const path = pathOf(key);
      return explain(`delete ${key}`, () => ifPresent(() => unlink(path)));
    },
    async deleteMany(keys, options) {
      const paths = [...new Set(keys)].map((key) => ({ key, path: pathOf(key) }));
      const explain = (key: string, error: unknown) => toFileStoreError(error, { root, doing: `delete ${key}` });
      return deleteFiles(paths, { explain, ...options });
    },
  };
}

/** Gives a finished file its name. Both ways are atomic: link(2) fails with EEXIST where the name is taken. */
async function publish(file: { temp: string; target: string; ifAbsent: boolean }): Promise<'created' | 'exists'> {
  const name = file.ifAbsent ? link : rename;
  try {
    try {
      await name(file.temp, file.target);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
      await makeDurableFolder(dirname(file.target));
      await name(file.temp, file.target);
    }
    return 'created';
  } catch (error) {
    if (file.ifAbsent && errnoOf(error) === 'EEXIST') return 'exists';
    throw error;
  }
}

async function prepareForWriting(temp: string): Promise<void> {
  await makeDurableFolder(temp);
  for (const name of await readdir(temp)) {
    const path = join(temp, name);
    const found = await statFile(path);
    if (found !== undefined && Date.now() - found.mtimeMs > tempLifetimeMs) await rm(path, { force: true });
  }
}

async function readRange(path: string, range?: readonly [number, number]): Promise<Buffer | undefined> {
  const file = await ifPresent(() => open(path, 'r'));
  if (file === undefined) return undefined;
  try {
    const found = await file.stat();
    if (!found.isFile()) return undefined;
    const first = Math.min(range?.[0] ?? 0, found.size);
    const end = Math.min(range === undefined ? found.size : range[1] + 1, found.size);
    const bytes = Buffer.allocUnsafe(Math.max(0, end - first));
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, first + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  } finally {
    await file.close();
  }
}

async function statFile(path: string) {
  const found = await ifPresent(() => stat(path));
  return found?.isFile() === true ? found : undefined;
}

/** Nothing there is an answer, not a failure: ENOENT, and ENOTDIR where an object lies in the place of a folder. */
async function ifPresent<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    const errno = errnoOf(error);
    // No such object: its folder may be missing, or a shorter key may lie in the place of the folder.
    if (errno === 'ENOENT' || errno === 'ENOTDIR') return undefined;
    throw error;
  }
}
