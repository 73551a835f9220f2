import { chmod, lstat, mkdir, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from '#lib/config/config.ts';
import { errnoOf } from '#lib/errors/errno-of.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { readScratchRecord } from './scratch-record.ts';
import { type ScratchServer, scratchServerOf } from './scratch-server.ts';
import { startScratchServer } from './start-scratch-server.ts';
import { stopScratchServer } from './stop-scratch-server.ts';
import { sweepScratch } from './sweep-scratch.ts';

/**
 * The connection to the scratch server of a run, `scratch-20261121t014500z-x7k2qd`: as long as the server is there, every
 * workspace on this machine knows it by this name, so that steps and lanes of other processes find it.
 */
export function scratchConnectionName(runId: string): string {
  return `scratch-${runId.toLowerCase()}`;
}

/** Whether a connection's name is that of a scratch server, there or gone. */
export function isScratchConnection(name: string): boolean {
  return /^scratch-\d{8}t\d{6}z-[0-9a-z]+$/.test(name);
}

/** Starts the server of such a name, or finds it. Safe to call twice. @throws RefusedError, UnavailableError. */
export async function startScratchConnection(
  name: string,
  { major }: { major: number },
): Promise<Pick<ScratchServer, 'version' | 'major'>> {
  const folder = sharedFolder();
  await mkdir(folder, { recursive: true });
  if (!(await isOurs(folder))) {
    throw new RefusedError(`${folder} belongs to another user of this machine.`, {
      code: 'scratch_folder_denied',
      hint: 'Remove it, or name another folder for temporary files in TMPDIR.',
    });
  }
  // As root the server runs as another user, whatever the umask is.
  await chmod(folder, 0o755);
  const { version, major: found } = await startScratchServer({ id: name, folder, major });
  return { version, major: found };
}

/** Ends the server of such a name and removes its files. Nothing to do where there is none. Safe to run twice. */
export async function stopScratchConnection(name: string): Promise<void> {
  await stopScratchServer({ id: name, folder: sharedFolder() });
}

/** The connections to the scratch servers of this user and machine, whether they answer or not. */
export async function listScratchConnections(): Promise<Connection[]> {
  const folder = sharedFolder();
  const names = await listFolder(folder);
  if (names.length === 0 || !(await isOurs(folder))) return [];
  const found = await Promise.all(
    names.map(async (name): Promise<Connection[]> => {
      const directory = join(folder, name);
      const record = await readScratchRecord(directory);
      if (record?.ready !== true || !isScratchConnection(record.id)) return [];
      return [{ ...scratchServerOf(record, directory).connectionTo(), name: record.id }];
    }),
  );
  return found.flat();
}

/**
 * Takes away the servers of such names on this machine whose lifetime has passed, or that were never finished, and
 * answers their names. Safe to repeat.
 */
export async function sweepScratchConnections(): Promise<string[]> {
  const folder = sharedFolder();
  if ((await listFolder(folder)).length === 0 || !(await isOurs(folder))) return [];
  return sweepScratch(folder);
}

/** Below the folder for temporary files: what is lost with it is built again. */
function sharedFolder(): string {
  return join(tmpdir(), `holdfast-drills-${process.getuid?.() ?? 0}`);
}

/** Somebody else's folder of this name could lead rows to a server of theirs. */
async function isOurs(folder: string): Promise<boolean> {
  const found = await lstat(folder);
  return found.isDirectory() && (process.getuid === undefined || found.uid === process.getuid());
}

async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    const errno = errnoOf(cause);
    // No drill has ever run here, or the folder is not ours to read.
    if (errno === 'ENOENT' || errno === 'ENOTDIR' || errno === 'EACCES') return [];
    throw cause;
  }
}
