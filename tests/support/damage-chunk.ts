import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findManifest } from '#lib/manifest/manifest-store.ts';
import type { Holdfast } from './workflow.ts';

/** The file of a table's chunk in the repository of a test. */
export async function findChunk(holdfast: Holdfast, table: { name: string; chunk?: number }): Promise<string> {
  const manifest = await findManifest(holdfast.repository, { backup: 'latest' });
  const chunk = manifest.tables.find(({ name }) => name === table.name)?.chunks[table.chunk ?? 0];
  if (chunk === undefined) throw new Error(`the backup has no such chunk of ${table.name}`);
  return join(holdfast.folder, 'chunks', chunk.name.slice(0, 2), chunk.name);
}

/** Ways in which a stored object goes bad. */
export const damages = {
  missing: (file: string): Promise<void> => rm(file),
  truncated: (file: string): Promise<void> => truncate(file, 20),
  'one flipped bit': async (file: string): Promise<void> => {
    const bytes = await readFile(file);
    const middle = Math.floor(bytes.length / 2);
    bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
    await rm(file);
    await writeFile(file, bytes);
  },
} as const;
