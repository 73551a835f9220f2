import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRepository } from '#lib/repository/open-repository.ts';
import type { Repository } from '#lib/repository/repository.ts';

/** A repository in a folder of its own, which goes with it. */
export async function openFileRepository(): Promise<{ repository: Repository; folder: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-repository-'));
  const repository = await openRepository({ location: `file:${folder}`, access: 'write' });
  return { repository, folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
