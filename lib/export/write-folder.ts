import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { errnoOf } from '#lib/errors/errno-of.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import { toOutputError } from './output-error.ts';

/** The file by which a folder is known as an export: only such a folder is ever replaced. */
export const exportMark = 'holdfast-export.json';

/**
 * Fills a folder under another name and gives it its own when it is whole; on any error nothing is left of it. A folder
 * that is there must be empty, or with `overwrite` an earlier export.
 * @throws UsageError where it is in the way, StorageError where it cannot be written.
 */
export async function writeFolder<T>(
  path: string,
  { overwrite }: { overwrite: boolean },
  fill: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = resolve(path);
  await requireReplaceable(folder, { overwrite });
  const beside = (ending: string): string =>
    join(dirname(folder), `.${basename(folder).slice(0, 200)}.${randomBytes(4).toString('hex')}.${ending}`);
  const half = beside('part');
  try {
    await mkdir(half);
    const filled = await fill(half);
    const former = beside('old');
    const replaced = overwrite && (await moveAside(folder, former));
    if (!replaced) await rmdir(folder).catch(ignoreMissing);
    await rename(half, folder);
    if (replaced) await rm(former, { recursive: true, force: true });
    return filled;
  } catch (cause) {
    await rm(half, { recursive: true, force: true });
    throw cause instanceof HoldfastError ? cause : toOutputError(cause, path);
  }
}

async function requireReplaceable(folder: string, { overwrite }: { overwrite: boolean }): Promise<void> {
  const found = await stat(folder).catch((cause: unknown) => {
    if (errnoOf(cause) === 'ENOENT') return undefined;
    throw toOutputError(cause, folder);
  });
  if (found === undefined) return;
  if (found.isDirectory()) {
    const names = await readdir(folder);
    if (names.length === 0 || (overwrite && names.includes(exportMark))) return;
    throw new UsageError(`${folder} is not empty.`, {
      code: 'output_exists',
      hint: names.includes(exportMark)
        ? 'It holds an earlier export: name another folder with -o, or replace it with --overwrite.'
        : 'Name another folder with -o; only an earlier export is ever replaced.',
    });
  }
  throw new UsageError(`${folder} is a file; this format writes a folder.`, {
    code: 'output_exists',
    hint: 'Name a folder with -o.',
  });
}

async function moveAside(folder: string, former: string): Promise<boolean> {
  try {
    await rename(folder, former);
    return true;
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT') return false;
    throw cause;
  }
}

function ignoreMissing(cause: unknown): void {
  if (errnoOf(cause) !== 'ENOENT') throw cause;
}
