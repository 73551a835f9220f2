import { expect, it } from 'vitest';
import { bareConnection } from '#lib/config/bare-connection.ts';
import { withSession } from '#lib/postgres/connect.ts';
import { emptyTarget, readEmptyState } from '#lib/restore/empty-target.ts';
import { identifyTables } from '#lib/restore/identify-tables.ts';
import { applyOnce, createLedger, findLedgerRun } from '#lib/restore/ledger.ts';
import { startCluster } from '#tests/support/postgres-cluster.ts';
import { runSql } from '#tests/support/with-client.ts';

it('drops and writes only in a database that is the copy of the run itself', async () => {
  await using cluster = await startCluster({ major: 18 });
  const target = bareConnection('neon', cluster.url);
  const before = await withSession(target, readEmptyState);
  await runSql(cluster.url, 'create table public.live (n integer)');

  // Between preflight and ledger somebody has filled the target: the run does not become its owner.
  const requireEmpty = (): Promise<void> => Promise.reject(new Error('it holds public.live'));
  await expect(withSession(target, (session) => createLedger(session, { runId: 'a', requireEmpty }))).rejects.toThrow(
    'it holds public.live',
  );
  await expect(withSession(target, findLedgerRun)).resolves.toBeUndefined();
  await expect(emptyTarget(target, { runId: 'a', before, finishing: undefined })).resolves.toEqual({ emptied: false });

  // A step of run `b` that was given up comes late, into the ledger of run `a`.
  await withSession(target, (session) => createLedger(session, { runId: 'a', requireEmpty: async () => undefined }));
  await expect(
    withSession(target, (session) =>
      applyOnce(session, { runId: 'b', item: 'rows/0' }, async () => {
        await session.query('insert into public.live values (1)');
      }),
    ),
  ).rejects.toMatchObject({ code: 'ledger_lost' });
  await runSql(cluster.url, 'drop schema holdfast cascade');

  // A finished copy without a ledger: whoever made its tables anew is not robbed of them.
  const tables = await withSession(target, identifyTables);
  await runSql(cluster.url, 'drop table public.live; create table public.live (n integer)');
  await expect(emptyTarget(target, { runId: 'a', before, finishing: tables })).rejects.toMatchObject({
    code: 'target_changed',
  });
  await expect(runSql(cluster.url, 'select count(*) from public.live')).resolves.toEqual([{ count: '0' }]);

  const own = await withSession(target, identifyTables);
  await expect(emptyTarget(target, { runId: 'a', before, finishing: own })).resolves.toEqual({ emptied: true });
  await expect(emptyTarget(target, { runId: 'a', before, finishing: own })).resolves.toEqual({ emptied: true });
  await expect(runSql(cluster.url, `select to_regclass('public.live') as live`)).resolves.toEqual([{ live: null }]);
});
