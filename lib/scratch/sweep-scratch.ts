import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '#lib/errors/errno-of.ts';
import { endServer } from './run-server.ts';
import { readScratchRecord, type ScratchRecord, scratchPrefix } from './scratch-record.ts';

/** A folder without a record is being made, or its maker was killed so long ago that nobody makes it any more. */
const makingMs = 15 * 60_000;

/**
 * Ends and removes the scratch servers below `folder` that nobody will: of processes that are gone, and those whose
 * time is over. What belongs to another user of the machine is left alone. Safe to repeat. Answers their ids.
 */
export async function sweepScratch(folder: string, now: Date = new Date()): Promise<string[]> {
  const swept: string[] = [];
  for (const name of await readdir(folder)) {
    if (!name.startsWith(scratchPrefix)) continue;
    const directory = join(folder, name);
    const record = await readScratchRecord(directory);
    if (record ? !isAbandoned(record, now) : !(await isOld(directory, now))) continue;
    if (await removeScratch(directory, record)) swept.push(record?.id ?? name);
  }
  return swept;
}

/** Ends the server of a folder and removes the folder. False where it belongs to somebody else. */
export async function removeScratch(directory: string, record: ScratchRecord | undefined): Promise<boolean> {
  if (record) await endServer(directory, record);
  try {
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    return true;
  } catch (cause) {
    const errno = errnoOf(cause);
    if (errno === 'EACCES' || errno === 'EPERM') return false;
    throw cause;
  }
}

/** Whether the process of a server is gone, or its time is over where it has none. Pure but for the look at processes. */
export function isAbandoned(record: ScratchRecord, now: Date): boolean {
  if (record.owner !== null) return !isAlive(record.owner);
  return new Date(record.until) < now || (!record.ready && !isAlive(record.starter));
}

/** Whether there is a process of this number. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return errnoOf(cause) === 'EPERM';
  }
}

async function isOld(directory: string, now: Date): Promise<boolean> {
  try {
    return now.getTime() - (await stat(directory)).mtimeMs > makingMs;
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT') return false;
    throw cause;
  }
}
