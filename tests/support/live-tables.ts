import { expect } from 'vitest';
import { dumpDatabase } from './dump-database.ts';
import { createDatabase, ensureTemplate, type TestDatabase } from './test-database.ts';
import { runSql } from './with-client.ts';
import { type Holdfast, withHoldfast } from './workflow.ts';

/** A database of tables of some chunks' work, with a bystander that a recovery must not change. */
export function liveTables(): Promise<string> {
  return ensureTemplate({
    cluster: 'source',
    name: 'recover_big',
    build: async (url) => {
      const tables = Array.from(
        { length: 6 },
        (_, n) => `create table big_${n} (id int primary key, body text unique);
          insert into big_${n} select i, i || repeat(md5((i * ${n + 1})::text), 8) from generate_series(1, 5000) i`,
      );
      await runSql(url, `${tables.join(';\n')}; create table bystander as select 1 as id`);
    },
  });
}

/** A live database of them, backed up. */
export async function withLiveTables<T>(use: (live: TestDatabase, holdfast: Holdfast) => Promise<T>): Promise<T> {
  await using live = await createDatabase({ cluster: 'source', template: await liveTables() });
  return await withHoldfast({ source: live.url }, async (holdfast) => {
    expect((await holdfast.backup()).result.error).toBeNull();
    return await use(live, holdfast);
  });
}

/** All of a database, to be compared with what it was. */
export async function readEverything(url: string): Promise<unknown> {
  const { objects, rows } = await dumpDatabase(url);
  return { objects: [...objects].sort(), rows: [...rows].sort() };
}

/** The names of the tables and views that recoveries have made and not dropped. */
export async function listSideTables(url: string): Promise<string[]> {
  const found = await runSql(
    url,
    `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ('side', 'holdfast') and c.relkind in ('r', 'v') order by 1`,
  );
  return found.map(({ name }) => name ?? '');
}
