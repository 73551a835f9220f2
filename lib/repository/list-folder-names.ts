import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '#lib/errors/errno-of.ts';

const looksAtOnce = 32;

/** The names of the folders directly below `root/folder` that hold a file at any depth, in the order of keys. */
export async function* listFolderNames(root: string, folder: string): AsyncGenerator<string> {
  const names = (await readVisible(join(root, folder))).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  // In the order of the keys below them: the slash counts.
  names.sort((a, b) => (`${a}/` < `${b}/` ? -1 : 1));
  for (let from = 0; from < names.length; from += looksAtOnce) {
    const batch = names.slice(from, from + looksAtOnce);
    const holding = await Promise.all(batch.map((name) => holdsFile(join(root, folder, name))));
    yield* batch.filter((_, index) => holding[index]);
  }
}

/** What was deleted leaves empty folders behind, which a bucket does not have. */
async function holdsFile(folder: string): Promise<boolean> {
  const entries = await readVisible(folder);
  if (entries.some((entry) => entry.isFile())) return true;
  for (const entry of entries) {
    if (entry.isDirectory() && (await holdsFile(join(folder, entry.name)))) return true;
  }
  return false;
}

async function readVisible(folder: string): Promise<Dirent[]> {
  try {
    return (await readdir(folder, { withFileTypes: true })).filter(({ name }) => !name.startsWith('.'));
  } catch (error) {
    const errno = errnoOf(error);
    // No such folder, or an object in its place: no folders below it.
    if (errno === 'ENOENT' || errno === 'ENOTDIR') return [];
    throw error;
  }
}
