import { writeManifest } from '#lib/manifest/manifest-store.ts';
import { createBackupId } from '#lib/repository/backup-id.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { manifestKey } from '#lib/repository/repository-keys.ts';
import { makeManifest, makeTable, nameOf } from '#tests/unit/verify/make-manifest.ts';

const daysAgo = (days: number): string => createBackupId(new Date(Date.now() - days * 86_400_000));

/** Backups of the connection `wide` that are manifests only, of days that a page lists each time. */
export const oldBackups = {
  /** Of 2,000 tables and the commit `sha`. */
  wide: daysAgo(2),
  older: daysAgo(3),
  damaged: daysAgo(1),
  sha: '4f2a91c0000000000000000000000000000000ab',
};

const { wide, older, damaged, sha } = oldBackups;

export async function storeOldBackups(repository: Repository): Promise<void> {
  const tables = Array.from({ length: 2_000 }, (_, n) => makeTable(`t${n}`, [nameOf('1')]));
  await writeManifest(repository, { ...makeManifest(tables), id: wide, connection: 'wide', git: { sha } });
  await writeManifest(repository, {
    ...makeManifest([makeTable('t', [nameOf('1')])]),
    ...{ id: older, connection: 'wide' },
  });
}

export async function storeDamagedBackup(repository: Repository): Promise<void> {
  await repository.store.put(manifestKey({ connection: 'wide', backupId: damaged }), [Buffer.from('{"sha256":"')]);
}
