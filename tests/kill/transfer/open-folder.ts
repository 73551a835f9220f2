import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The folder of an arena; it goes with it, but after `keep`. */
export interface ArenaFolder extends AsyncDisposable {
  folder: string;
  keep(): void;
}

export async function openFolder(): Promise<ArenaFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-transfers-'));
  await mkdir(join(folder, 'said'));
  let kept = false;
  return {
    folder,
    keep: () => {
      kept = true;
    },
    async [Symbol.asyncDispose]() {
      if (!kept) await rm(folder, { recursive: true, force: true });
    },
  };
}
