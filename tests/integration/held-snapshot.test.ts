import { expect, it } from 'vitest';
import { holdSnapshot, releaseSnapshot } from '#lib/backup/held-snapshot.ts';
import type { HeldSnapshot } from '#lib/backup/snapshot.ts';
import { withSnapshotSession } from '#lib/backup/snapshot-session.ts';
import { bareConnection } from '#lib/config/bare-connection.ts';
import { createDatabase } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';

it('does not take the snapshot of another session for its own, even under the same identifier', async () => {
  await using database = await createDatabase({ cluster: 'source' });
  await runSql(database.url, 'create table told (n integer)');
  const connection = bareConnection('production', database.url);
  const options = { connection, lockTimeoutMs: 5_000 };
  const read = (snapshot: HeldSnapshot): Promise<unknown> =>
    withSnapshotSession({ ...options, snapshot }, async (session) => {
      return (await session.query('select n from public.told')).rows;
    });
  const first = await holdSnapshot('first', options);
  await expect(read(first)).resolves.toEqual([]);
  await releaseSnapshot('first');
  await runSql(database.url, 'insert into told values (1)');
  const second = await holdSnapshot('second', options);
  try {
    await expect(read(second)).resolves.toEqual([{ n: '1' }]);
    // A server that recovers from a crash counts identifiers from the beginning: the first run's name for its lost
    // snapshot may then be that of a later run's.
    const lost = read({ ...first, id: second.id });
    await expect(lost).rejects.toMatchObject({ name: 'SnapshotLostError', code: 'snapshot_lost' });
  } finally {
    await releaseSnapshot('second');
  }
});

it('does not take what was read for the snapshot’s when the holder went meanwhile', async () => {
  await using database = await createDatabase({ cluster: 'source' });
  await runSql(database.url, 'create table public.kept (n integer); insert into public.kept values (1)');
  const connection = bareConnection('production', database.url);
  const options = { connection, lockTimeoutMs: 5_000 };
  const snapshot = await holdSnapshot('run', options);
  const reading = withSnapshotSession({ ...options, snapshot }, async (session) => {
    await releaseSnapshot('run');
    await runSql(database.url, 'truncate public.kept');
    return (await session.query('select from public.kept')).rowCount;
  });
  await expect(reading).rejects.toMatchObject({ name: 'SnapshotLostError' });
});
