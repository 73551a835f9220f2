import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errnoOf } from '#lib/errors/errno-of.ts';

/** Every folder of a scratch server begins so, and nothing else may. */
export const scratchPrefix = 'holdfast-scratch-';

const scratchRecordSchema = z.strictObject({
  id: z.string(),
  /** The process the server ends with; `null`: it outlives processes, until it is stopped or `until` has passed. */
  owner: z.int().nullable(),
  /** The process that is starting it, as long as it is being started. */
  starter: z.int(),
  /** ISO 8601: after it, anybody may take the server away. */
  until: z.iso.datetime(),
  bin: z.string(),
  version: z.string(),
  major: z.int(),
  port: z.int(),
  password: z.string(),
  ready: z.boolean(),
});

/** `scratch.json` in a scratch server's folder. It holds the password: only its user may read it. */
export type ScratchRecord = z.infer<typeof scratchRecordSchema>;

/** The record, or `undefined` where there is none, it is cut off, or it belongs to another user. */
export async function readScratchRecord(directory: string): Promise<ScratchRecord | undefined> {
  try {
    const text = await readFile(join(directory, 'scratch.json'), 'utf8');
    return scratchRecordSchema.safeParse(JSON.parse(text)).data;
  } catch (cause) {
    const errno = errnoOf(cause);
    if (cause instanceof SyntaxError || errno === 'ENOENT' || errno === 'ENOTDIR' || errno === 'EACCES') {
      return undefined;
    }
    throw cause;
  }
}

/** Written under another name first, so that nobody reads half of it. */
export async function writeScratchRecord(directory: string, record: ScratchRecord): Promise<void> {
  const half = join(directory, `scratch.json.${process.pid}`);
  await writeFile(half, JSON.stringify(record), { mode: 0o600 });
  await rename(half, join(directory, 'scratch.json'));
}

/** Superuser URL of a database of the server. */
export function scratchUrl({ port, password }: ScratchRecord, database = 'postgres'): string {
  return `postgres://postgres:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}
