import { expect, it } from 'vitest';
import { withSession } from '#lib/postgres/connect.ts';
import { deriveQueries } from '#lib/queries/derive-queries.ts';
import { listDatabaseObjects } from '#lib/restore/database-objects.ts';
import { startCluster } from '#tests/support/postgres-cluster.ts';
import { runSql } from '#tests/support/with-client.ts';

it('takes what an extension brings along for the extension’s own, and asks nothing about its rows', async () => {
  await using cluster = await startCluster({ major: 18 });
  const connection = { name: 'production', url: cluster.url };
  await runSql(
    cluster.url,
    `create function public.watch() returns event_trigger language plpgsql as 'begin end';
    create event trigger watch on ddl_command_end execute function public.watch();
    create table public.jobs (id integer primary key, body jsonb);
    alter extension plpgsql add event trigger watch;
    alter extension plpgsql add function public.watch();
    alter extension plpgsql add table public.jobs`,
  );
  await expect(withSession(connection, listDatabaseObjects)).resolves.toEqual([]);
  await runSql(
    cluster.url,
    `create table public.own (id integer references public.jobs, body jsonb);
    create table public.parts (body jsonb, n integer) partition by range (n);
    create table public.part partition of public.parts for values from (0) to (10)`,
  );
  const queries = await withSession(connection, (session) => deriveQueries(session, []));
  expect(queries.map(({ name }) => name)).toEqual([
    'public.own.body by kind of json',
    'public.parts.body by kind of json',
  ]);
});
