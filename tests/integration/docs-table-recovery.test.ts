import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { recoverRequested } from '#inngest/events.ts';
import { openCliPlace } from '#tests/support/cli-place.ts';
import { createDatabase } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';

const guide = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'table-recovery.md'), 'utf8');

/** The blocks of one language, in their order. */
function blocks(language: string): string[] {
  return [...guide.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, text = '']) => text);
}

/** What is another one each time. */
function withoutNames(text: string): string {
  return text
    .replaceAll(/\b\d{8}T\d{6}Z-\w{6}\b/g, 'ID')
    .replace(/^( {2}took {6}).*$/m, '$1TIME')
    .trim();
}

it('docs/table-recovery.md can be followed word for word, and answers as it says', async () => {
  const [command = '', discard = '', resume = ''] = blocks('sh');
  const [answer = ''] = blocks('text');
  const [drop = ''] = blocks('sql');
  await using live = await createDatabase({ cluster: 'source' });
  await using place = await openCliPlace({ DATABASE_URL: live.url });
  await runSql(
    live.url,
    `create table orders (id int primary key, customer text, sum numeric(10, 2));
     insert into orders select i, 'customer ' || i % 40, i from generate_series(1, 1000) i`,
  );
  await place.runJson(['backup']);
  await runSql(
    live.url,
    `delete from orders where id in (17, 502); insert into orders values (1001, 'new', 1);
     update orders set sum = 0 where id in (4, 5, 6); update orders set customer = 'x' where id = 6`,
  );

  const recovered = await place.run(command.trim().split(' ').slice(2));
  expect(recovered.exitCode, recovered.stderr).toBe(0);
  expect(withoutNames(recovered.stdout)).toBe(withoutNames(answer));
  const [insert = '', update = ''] = recovered.stdout.match(/^ {2}(insert|update) [^;]*;/gm) ?? [];
  await runSql(live.url, `begin; ${insert} ${update} commit`);
  expect(await runSql(live.url, 'select * from rescue.orders except select * from orders')).toEqual([]);
  await runSql(live.url, drop);

  await runSql(live.url, 'drop table orders');
  const gone = await place.runJson(command.trim().split(' ').slice(2));
  const { create, insert: all, complete } = gone.differences.tables[0].statements;
  await runSql(live.url, `${create} ${all} ${complete} ${drop}`);
  expect(await runSql(live.url, 'select count(*), sum(sum) from orders')).toEqual([
    { count: '1000', sum: '500500.00' },
  ]);

  const again = await place.runJson(command.trim().split(' ').slice(2));
  const [verb = '', named = ''] = discard.trim().split(' ').slice(2);
  expect(named).toMatch(/^\d{8}T\d{6}Z-\w{6}$/);
  const dropped = await place.run([verb, again.run.id, '--yes']);
  expect(dropped.stdout).toContain('the side schema rescue of run');
  expect(await runSql(live.url, `select from pg_namespace where nspname = 'rescue'`)).toEqual([]);

  expect(await place.run(resume.trim().split(' ').slice(2))).toMatchObject({ exitCode: 0 });
  for (const event of blocks('json')) expect(recoverRequested.schema.parse(JSON.parse(event))).toBeTruthy();
});
