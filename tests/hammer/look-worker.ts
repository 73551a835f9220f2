import { setTimeout as sleep } from 'node:timers/promises';
import { DamagedError } from '#lib/errors/damaged-error.ts';
import { listObjects } from '#lib/manifest/list-objects.ts';
import { type BackupKey, listBackups, readManifest } from '#lib/manifest/manifest-store.ts';
import { tell, work } from './hammer-worker.ts';

// Looks all the time whether a committed backup misses a chunk: a chunk that is put back later must not hide it.
await work(async ({ repository, isOver, random }) => {
  const manifestOf = (backup: BackupKey) =>
    readManifest(repository, backup).catch((cause: unknown) => {
      // Pruned since it was listed.
      if (cause instanceof DamagedError && cause.code === 'manifest_missing') return undefined;
      throw cause;
    });
  while (!isOver()) {
    const backups = await listBackups(repository);
    const backup = backups[random(Math.min(6, Math.max(1, backups.length)))];
    const manifest = backup && (await manifestOf(backup));
    if (manifest === undefined || backup === undefined) {
      await sleep(50);
      continue;
    }
    for (const { name, object } of listObjects(manifest)) {
      if (await repository.hasChunk(name)) continue;
      // A manifest goes before its chunks: where it is there still, its chunk must have been.
      if ((await manifestOf(backup)) === undefined) break;
      if (!(await repository.hasChunk(name)))
        tell({ did: 'look', missing: `${name} of ${object} in ${backup.backupId}` });
    }
    tell({ did: 'look' });
  }
});
