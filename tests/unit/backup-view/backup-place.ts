import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Manifest } from '#lib/manifest/manifest.ts';
import { writeManifest } from '#lib/manifest/manifest-store.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import type { Repository } from '#lib/repository/repository.ts';
import type { CheckKind } from '#lib/standing/backup-check.ts';
import { recordCheck } from '#lib/standing/check-store.ts';
import { makeManifest, makeTable, nameOf } from '#tests/unit/verify/make-manifest.ts';

/** A repository in a folder of its own, with backups that are manifests only. */
export interface BackupPlace extends AsyncDisposable {
  repository: Repository;
  location: string;
  /** Commits a backup that was begun in the minute `n` of the day; answers its id. */
  commit(n: number, about?: Partial<Manifest>): Promise<string>;
  look(backupId: string, look: { kind: CheckKind; passed: boolean }): Promise<void>;
}

export async function makeBackupPlace(encryption?: { key: string }): Promise<BackupPlace> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-backups-'));
  const location = `file:${folder}`;
  const sealed = encryption === undefined ? {} : { encryption: { ...encryption, oldKeys: [] } };
  const repository = await openRepository({ location, access: 'write', ...sealed });
  let looks = 0;
  return {
    repository,
    location,
    async commit(n, about = {}) {
      const time = `${String(Math.floor(n / 60)).padStart(2, '0')}${String(n % 60).padStart(2, '0')}`;
      const id = `20261121T${time}00Z-abcdef`;
      await writeManifest(repository, { ...makeManifest([makeTable('players', [nameOf('1')])]), id, ...about });
      return id;
    },
    async look(backupId, look) {
      looks += 1;
      const run = `20260122T0000${String(looks).padStart(2, '0')}Z-abcd`;
      const check = { ...look, run, at: '2026-01-22T00:00:00.000Z', how: 'by a test', recoveryMs: null };
      await recordCheck(repository, { connection: 'production', backupId }, check);
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
