import { type FileHandle, mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf } from '#lib/errors/errno-of.ts';

/** Writes the parts to a new file and waits until its bytes and its size are on the disk (fdatasync(2)). */
export async function writeDurableFile(
  path: string,
  parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const file = await open(path, 'wx');
  try {
    for await (const part of parts) await writeFully(file, part);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/**
 * Makes the folder and its missing parents, each entry on the disk before the promise is fulfilled. One level at a
 * time: Node's recursive mkdir reports a read-only file system as ENOENT.
 */
export async function makeDurableFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'EEXIST' && (await stat(folder)).isDirectory()) return;
    if (errno !== 'ENOENT' || dirname(folder) === folder) throw error;
    await makeDurableFolder(dirname(folder));
    await mkdir(folder).catch((again: unknown) => {
      // Another writer made it in the meantime.
      if (errnoOf(again) !== 'EEXIST') throw again;
    });
  }
  await syncFolder(dirname(folder));
}

/** Waits until the entries of a folder are on the disk; fsync(2): syncing a file does not sync the entry naming it. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // EINVAL, ENOTSUP: this file system (some network and FUSE ones) has no sync of folders to offer.
    const errno = errnoOf(error);
    if (errno !== 'EINVAL' && errno !== 'ENOTSUP') throw error;
  } finally {
    await handle.close();
  }
}

async function writeFully(file: FileHandle, part: Uint8Array): Promise<void> {
  for (let offset = 0; offset < part.byteLength; ) {
    offset += (await file.write(part, offset)).bytesWritten;
  }
}
