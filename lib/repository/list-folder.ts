import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '#lib/errors/errno-of.ts';
import type { ObjectInfo } from './object-store.ts';

const statsAtOnce = 32;

/**
 * The files below `root/folder` whose key begins with `prefix`, in the order of their keys. `folder` is '' or ends in
 * a slash. Names that begin with a dot are not objects. What disappears while it is listed is left out.
 */
export async function* listFolder(at: { root: string; folder: string; prefix: string }): AsyncGenerator<ObjectInfo> {
  const entries = await readEntries(join(at.root, at.folder));
  // A folder sorts as its name with the slash: that is where the keys below it stand among their neighbours.
  const names = entries
    .filter((entry) => !entry.name.startsWith('.') && (entry.isFile() || entry.isDirectory()))
    .map((entry) => at.folder + entry.name + (entry.isDirectory() ? '/' : ''))
    .filter((name) => name.startsWith(at.prefix) || (name.endsWith('/') && at.prefix.startsWith(name)))
    .sort((a, b) => (a < b ? -1 : 1));
  for (let from = 0; from < names.length; from += statsAtOnce) {
    const batch = names.slice(from, from + statsAtOnce);
    const infos = await Promise.all(batch.map((name) => (name.endsWith('/') ? name : describe(at.root, name))));
    for (const info of infos) {
      if (typeof info === 'string') yield* listFolder({ ...at, folder: info });
      else if (info !== undefined) yield info;
    }
  }
}

async function readEntries(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    // No such folder: no such objects.
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

async function describe(root: string, key: string): Promise<ObjectInfo | undefined> {
  try {
    const { size, mtime } = await stat(join(root, key));
    return { key, size, modified: mtime };
  } catch (error) {
    // Deleted since the folder was read.
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
