import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findManifest } from '#lib/manifest/manifest-store.ts';
import { openRepository } from '#lib/repository/open-repository.ts';

/** Turns one bit of a chunk over, of a table that does not change while it is backed up. */
export async function damageBackup(folder: string): Promise<void> {
  const repository = await openRepository({ location: `file:${folder}`, access: 'read' });
  const manifest = await findManifest(repository, { backup: 'latest' });
  const chunk = manifest.tables.find(({ name }) => name === 'sessions')?.chunks[0];
  if (chunk === undefined) throw new Error('the backup has no chunk of sessions');
  const file = join(folder, 'chunks', chunk.name.slice(0, 2), chunk.name);
  const bytes = await readFile(file);
  const middle = Math.floor(bytes.length / 2);
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
  await rm(file);
  await writeFile(file, bytes);
}
