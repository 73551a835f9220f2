import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { databaseSwap } from '#lib/cutover/database-swap/database-swap.ts';
import { openSwapPlace } from '#tests/support/swap-place.ts';
import { testCluster } from '#tests/support/test-database.ts';
import { createRole } from '#tests/support/test-role.ts';
import { runSql } from '#tests/support/with-client.ts';

/** Everything the shared catalogues say of a database, except its identity and its age. */
async function describeDatabase(url: string, name: string): Promise<unknown> {
  const [row] = await runSql(
    url,
    `select jsonb_build_object(
      'row', to_jsonb(d) - array['oid', 'datname', 'datacl', 'datfrozenxid', 'datminmxid'],
      'rights', (select array_agg(a::text order by a::text) from unnest(coalesce(d.datacl, acldefault('d', d.datdba))) a),
      'comment', shobj_description(d.oid, 'pg_database'),
      'settings', (select jsonb_agg(jsonb_build_array(s.setrole, s.setconfig) order by s.setrole)
        from pg_db_role_setting s where s.setdatabase = d.oid))::text as told
    from pg_database d where d.datname = ${pg.escapeLiteral(name)}`,
  );
  return JSON.parse(row?.['told'] ?? 'null');
}

describe.each(['source', 'target'] as const)('what belongs to the database, on the %s server', (cluster) => {
  const { url } = testCluster(cluster);

  it('goes over to the new one, and stays with the old one', async () => {
    await using owner = await createRole(url);
    await using reader = await createRole(url);
    await using granter = await createRole(url);
    await using place = await openSwapPlace(url, { live: 'My "Shop"' });
    const live = '"My ""Shop"""';
    const [o, r, g] = [owner, reader, granter].map(({ name }) => pg.escapeIdentifier(name));
    await runSql(
      url,
      `alter database ${live} owner to ${o};
      alter database ${live} connection limit 17;
      comment on database ${live} is 'it''s the "shop" \\ 🐘';
      alter database ${live} set work_mem to '7MB';
      alter database ${live} set search_path to "$user", public, "a b", "c""d";
      alter database ${live} set datestyle to 'SQL, DMY';
      alter database ${live} set app.secret to 'it''s = "x", \\y';
      alter database ${live} set "app.Empty" to '';
      alter role ${r} in database ${live} set statement_timeout to '5s';
      alter role ${r} in database ${live} set search_path to '';
      alter role ${r} set work_mem to '3MB';
      alter role postgres in database ${live} set log_statement to 'none';
      revoke connect on database ${live} from public;
      revoke create on database ${live} from ${o};
      grant connect on database ${live} to ${r};
      grant create on database ${live} to ${g} with grant option;
      set role ${g}; grant create on database ${live} to ${r}; reset role;
      alter database ${live} is_template true`,
    );
    const before = await describeDatabase(url, place.live);
    expect(before).toMatchObject({ row: { datconnlimit: 17, datistemplate: true } });

    const cutover = await place.stage(await place.plan());
    expect(await place.databases()).toContain(cutover.details.staging);
    const facts = await databaseSwap.cutOver(place.workspace, cutover);
    expect(await place.content(place.live)).toBe('new');
    expect(await describeDatabase(url, place.live)).toEqual(before);
    expect(await describeDatabase(url, cutover.details.before)).toEqual(before);
    expect(facts.notes).toEqual([]);

    await databaseSwap.rollBack(place.workspace, cutover);
    expect(await describeDatabase(url, place.live)).toEqual(before);
    await databaseSwap.discard(place.workspace, cutover);
    expect(await place.databases()).toEqual([place.live]);
  });

  it('goes over where the database was given nothing of its own', async () => {
    await using place = await openSwapPlace(url);
    const before = await describeDatabase(url, place.live);
    await databaseSwap.cutOver(place.workspace, await place.stage(await place.plan()));
    expect(await describeDatabase(url, place.live)).toEqual(before);
  });

  it('is what it is at the moment of the cut-over, not of the plan', async () => {
    await using place = await openSwapPlace(url);
    const live = pg.escapeIdentifier(place.live);
    await runSql(url, `alter database ${live} set work_mem to '9MB'; comment on database ${live} is 'then'`);
    const cutover = await place.stage(await place.plan());
    await runSql(url, `alter database ${live} reset work_mem; comment on database ${live} is null`);
    await runSql(url, `alter database ${live} set jit to 'off'; grant create on database ${live} to public`);
    const before = await describeDatabase(url, place.live);
    await databaseSwap.cutOver(place.workspace, cutover);
    expect(await describeDatabase(url, place.live)).toEqual(before);
  });

  it('is told by name, not by value, where the role may not carry it', async () => {
    await using role = await createRole(url, { attributes: 'createdb' });
    await using other = await createRole(url);
    await using place = await openSwapPlace(url, { as: role.url });
    const live = pg.escapeIdentifier(place.live);
    await runSql(
      url,
      `alter database ${live} set work_mem to '6MB';
      alter database ${live} set log_statement to 'ddl';
      alter role ${other.name} in database ${live} set app.secret to 'hunter2';
      grant create on database ${live} to ${other.name} with grant option;
      set role ${other.name}; grant create on database ${live} to pg_monitor; reset role;
      set allow_system_table_mods to on;
      insert into pg_shseclabel select oid, 'pg_database'::regclass, 'guard', 'top secret'
      from pg_database where datname = '${place.live}'`,
    );
    const facts = await databaseSwap.cutOver(place.workspace, await place.stage(await place.plan()));
    expect(facts.notes).toEqual([
      `setting log_statement of database ${place.live} was not carried over: the role may not`,
      `setting app.secret of role ${other.name} of database ${place.live} was not carried over: the role may not`,
      `security label of guard of database ${place.live} was not carried over: the server does not take it any more`,
      `CREATE of role pg_monitor: granted by ${other.name} before, by the owner ${role.name} now`,
    ]);
    const rows = await runSql(
      url,
      `select array_to_string(setconfig, ';') as set from pg_db_role_setting s
      join pg_database d on d.oid = s.setdatabase where d.datname = '${place.live}'`,
    );
    expect(rows).toEqual([{ set: 'work_mem=6MB' }]);
    const rights = await runSql(url, `select has_database_privilege('pg_monitor', '${place.live}', 'create') as may`);
    expect(rights).toEqual([{ may: 't' }]);
    await runSql(url, `set allow_system_table_mods to on; delete from pg_shseclabel where provider = 'guard'`);
  });

  it('tells at a rollback what was changed since', async () => {
    await using place = await openSwapPlace(url);
    const cutover = await place.stage(await place.plan());
    const before = await describeDatabase(url, place.live);
    await databaseSwap.cutOver(place.workspace, cutover);
    const live = pg.escapeIdentifier(place.live);
    await runSql(url, `alter database ${live} set app.secret to 'hunter2'; alter database ${live} connection limit 3`);
    const { notes } = await databaseSwap.rollBack(place.workspace, cutover);
    const { rolledBack } = cutover.details;
    expect(notes).toEqual([
      `setting app.secret: different since the cut-over; ${place.live} has its former again, ${rolledBack} the later`,
      `owner, rights or limits: different since the cut-over; ${place.live} has its former again, ${rolledBack} the later`,
    ]);
    expect(await describeDatabase(url, place.live)).toEqual(before);
  });
});

describe('the staging database', () => {
  it.each([
    ['source', `encoding 'LATIN1' lc_collate 'C' lc_ctype 'C'`],
    ['source', `locale_provider icu icu_locale 'de-DE' lc_collate 'C' lc_ctype 'C.UTF-8'`],
    ['source', `locale_provider icu icu_locale 'und' icu_rules '&a < g'`],
    ['target', `locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'`],
    ['target', `locale_provider icu icu_locale 'sv-SE'`],
  ] as const)('sorts and encodes like the live one (%s: %s)', async (cluster, options) => {
    const { url } = testCluster(cluster);
    await using place = await openSwapPlace(url);
    const live = pg.escapeIdentifier(place.live);
    await runSql(url, `drop database ${live}`);
    await runSql(url, `create database ${live} template template0 ${options}`);
    const cutover = await place.plan();
    const { details } = await databaseSwap.prepare(place.workspace, cutover);
    await databaseSwap.cutOver(place.workspace, { ...cutover, details });
    expect(await describeDatabase(url, place.live)).toEqual(await describeDatabase(url, details.before));
  });

  it('is closed to everybody else until it is live', async () => {
    const { url } = testCluster('target');
    await using role = await createRole(url, { attributes: 'createdb' });
    await using stranger = await createRole(url);
    await using place = await openSwapPlace(url, { as: role.url });
    const { details } = await place.stage(await place.plan());
    const there = new URL(stranger.url);
    there.pathname = `/${encodeURIComponent(details.staging)}`;
    await expect(runSql(there.href, 'select 1')).rejects.toThrow(/permission denied for database/);
  });
});
