import { expect, it } from 'vitest';
import { GET as OUTCOME } from '#app/api/hooks/[name]/outcome/route.ts';
import { POST } from '#app/api/hooks/[name]/route.ts';
import { createHookToken } from '#lib/hooks/hook-token-store.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { createDatabase, testCluster } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';
import { withHoldfast } from '#tests/support/workflow.ts';

const base = 'http://localhost';

/** Opens a hook as a pipeline does, and follows the wait to its end. */
async function openAndWait(repository: Repository, name: string) {
  const { text } = await createHookToken(repository, name, { by: 'test' });
  const params = Promise.resolve({ name });
  let answer = await POST(new Request(`${base}/api/hooks/${name}?wait=1&token=${text}`, { method: 'POST' }), {
    params,
  });
  while (answer.status === 303) {
    const next = new URL(answer.headers.get('location') ?? '', base);
    answer = await OUTCOME(new Request(next), { params });
  }
  const exitCode = answer.headers.get('holdfast-exit-code');
  return { status: answer.status, exitCode, json: await answer.json() };
}

it('a hook moves a database, and replaces what the target holds only where the config consents to it', async () => {
  await using source = await createDatabase({ cluster: 'source' });
  await using target = await createDatabase({ cluster: 'target' });
  await runSql(source.url, 'create table players as select n as id from generate_series(1, 500) n');
  await runSql(target.url, "create table notes (body text); insert into notes values ('lived')");
  const move = { start: 'transfer', connection: 'source', to: 'target' } as const;
  const config = { hooks: { bold: move, allowed: { ...move, confirm: 'target' } } };
  try {
    await withHoldfast({ source: source.url, target: target.url, config: Object(config) }, async ({ repository }) => {
      const refused = await openAndWait(repository, 'bold');
      expect(refused).toMatchObject({ status: 409, exitCode: '3', json: { state: 'not-done', name: 'RefusedError' } });
      expect(await runSql(target.url, 'select body from notes')).toEqual([{ body: 'lived' }]);

      const moved = await openAndWait(repository, 'allowed');
      expect(moved).toMatchObject({ status: 200, exitCode: '0', json: { state: 'done', start: 'transfer' } });
      expect(moved.json.message).toBe(`Run ${moved.json.run} moved source to target, and proved the copy.`);
      expect(await runSql(target.url, 'select count(*) as n from players')).toEqual([{ n: '500' }]);
    });
  } finally {
    const admin = testCluster('target').url;
    const kept = await runSql(admin, `select datname from pg_database where datname like '${target.name}\\_\\_%'`);
    for (const { datname } of kept) await runSql(admin, `drop database "${datname}" (force)`);
  }
});
