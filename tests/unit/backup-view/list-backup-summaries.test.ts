import { describe, expect, it } from 'vitest';
import { type BackupFilter, listBackupSummaries } from '#lib/backup-view/list-backup-summaries.ts';
import { readBackupHistory } from '#lib/backup-view/read-backup-history.ts';
import { manifestKey } from '#lib/repository/repository-keys.ts';
import { pinBackup } from '#lib/standing/pin-store.ts';
import { makeBackupPlace } from './backup-place.ts';

describe('the list of backups', () => {
  it('is newest first, page by page, without a gap or a backup twice', async () => {
    await using place = await makeBackupPlace();
    for (let n = 0; n < 7; n++) await place.commit(n);
    const seen: string[] = [];
    let before: string | undefined;
    const sizes: number[] = [];
    do {
      const { backups, next } = await listBackupSummaries(place.repository, { limit: 3, before });
      sizes.push(backups.length);
      seen.push(...backups.map(({ backupId }) => backupId));
      before = next ?? undefined;
    } while (before !== undefined);
    expect(sizes).toEqual([3, 3, 1]);
    expect(seen).toEqual([...new Set(seen)].sort().reverse());
    expect(seen).toHaveLength(7);
  });

  it('is narrowed by label, commit, time, standing, connection, and to what may be seen', async () => {
    await using place = await makeBackupPlace();
    const { repository } = place;
    const sha = '4f2a91c0000000000000000000000000000000ab';
    const labelled = await place.commit(1, { label: 'Before the Audit' });
    const ofCommit = await place.commit(2, { git: { sha } });
    const proven = await place.commit(3);
    const damaged = await place.commit(4);
    const other = await place.commit(5, { connection: 'other' });
    await place.look(proven, { kind: 'proof', passed: true });
    await place.look(damaged, { kind: 'verify', passed: true });
    await place.look(damaged, { kind: 'sample', passed: false });
    await pinBackup(
      repository,
      { connection: 'production', backupId: labelled },
      { pinnedAt: '2026-11-21T00:00:00.000Z', reason: null },
    );
    const ids = async (filter: BackupFilter & { isVisible?: (name: string) => boolean }): Promise<string[]> =>
      (await listBackupSummaries(repository, { limit: 10, ...filter })).backups.map(({ backupId }) => backupId);
    expect(await ids({})).toEqual([other, damaged, proven, ofCommit, labelled]);
    expect(await ids({ label: 'AUDIT' })).toEqual([labelled]);
    expect(await ids({ git: '4f2a' })).toEqual([ofCommit]);
    expect(await ids({ git: '4f2a', label: 'audit' })).toEqual([]);
    expect(await ids({ standing: 'proven' })).toEqual([proven]);
    expect(await ids({ standing: 'damaged' })).toEqual([damaged]);
    expect(await ids({ standing: 'verified' })).toEqual([]);
    expect(await ids({ standing: 'pinned' })).toEqual([labelled]);
    expect(await ids({ connection: 'other' })).toEqual([other]);
    expect(await ids({ isVisible: (name) => name === 'production' })).toEqual([damaged, proven, ofCommit, labelled]);
    const minute = (n: number): Date => new Date(Date.UTC(2026, 10, 21, 0, n));
    expect(await ids({ since: minute(2), until: minute(4) })).toEqual([proven, ofCommit]);
  });

  it('tells of a damaged manifest, and shows the others', async () => {
    await using place = await makeBackupPlace();
    const whole = await place.commit(1);
    const backupId = await place.commit(2);
    await place.repository.store.put(manifestKey({ connection: 'production', backupId }), [Buffer.from('{"sha256":')]);
    const { backups } = await listBackupSummaries(place.repository, { limit: 10 });
    expect(backups).toMatchObject([
      { backupId, outline: null, problem: { name: 'DamagedError', code: 'manifest_damaged' } },
      { backupId: whole, problem: null },
    ]);
    expect((await listBackupSummaries(place.repository, { limit: 10, label: 'x' })).backups).toEqual([]);
  });
});

describe('the history of a connection', () => {
  it('is that of its newest backups, oldest first', async () => {
    await using place = await makeBackupPlace();
    for (const n of [1, 2, 3]) {
      const completedAt = `2026-11-21T01:45:0${n}.000Z`;
      const totals = { rows: '1', bytes: '9', stored: String(100 * n), newStored: String(n), chunks: 1 };
      await place.commit(n, { completedAt, totals });
    }
    await place.commit(4, { connection: 'other' });
    const history = await readBackupHistory(place.repository, { connection: 'production', limit: 2 });
    expect(history).toMatchObject([
      { stored: 200, newStored: 2, durationMs: 2_000 },
      { stored: 300, newStored: 3, durationMs: 3_000 },
    ]);
  });
});
