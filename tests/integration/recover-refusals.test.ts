import { expect, it } from 'vitest';
import { dumpDatabase } from '#tests/support/dump-database.ts';
import { recoverTables } from '#tests/support/recover.ts';
import { createDatabase } from '#tests/support/test-database.ts';
import { createRole } from '#tests/support/test-role.ts';
import { runSql } from '#tests/support/with-client.ts';
import { type HoldfastOptions, withHoldfast } from '#tests/support/workflow.ts';

const before = `
create schema ext; create extension citext with schema ext;
create schema shop;
create type shop.state as enum ('new', 'paid');
create domain shop.price as numeric check (value >= 0);
create type shop.size as (width int, height int);
create collation shop.german (provider = icu, locale = 'de');
create table shop.orders (id int primary key, state shop.state, price shop.price, size shop.size, email ext.citext,
  name text collate shop.german);
insert into shop.orders values (1, 'new', 1, '(1,2)', 'a@b.c', 'ä'), (2, 'paid', 2.5, '(3,4)', 'd@e.f', 'z');
create table public.plain (id int primary key); insert into public.plain select generate_series(1, 10);
create table public.twin (id int); create table shop.twin (id int)`;

interface Refused {
  /** What happened to the live database since its backup. */
  change?: string;
  tables?: string[];
  request?: object;
  config?: HoldfastOptions['config'];
  status?: string;
  exitCode?: number;
  code: string;
  message: RegExp;
  hint?: RegExp;
}

const refusals: [what: string, refused: Refused][] = [
  [
    'a schema that is there',
    {
      change: 'create schema side; create table side.precious (id int)',
      code: 'preflight_side_schema',
      message: /^schema side: the live database has it already$/,
      hint: /--schema-as NAME/,
    },
  ],
  [
    'a schema that is there, and empty',
    { change: 'create schema side', code: 'preflight_side_schema', message: /has it already/ },
  ],
  ['public', { request: { schema: 'public' }, code: 'preflight_side_schema', message: /^schema public: .* already$/ }],
  ['a name of the system', { request: { schema: 'pg_side' }, code: 'preflight_side_schema', message: /reserved/ }],
  ['the ledger’s name', { request: { schema: 'holdfast' }, code: 'preflight_side_schema', message: /reserved/ }],
  [
    'a name that the server would cut',
    { request: { schema: 'ä'.repeat(32) }, code: 'preflight_side_schema', message: /at most 63 bytes/ },
  ],
  [
    'an enum that is gone',
    {
      change: 'alter table shop.orders drop column state; drop type shop.state',
      tables: ['orders'],
      code: 'preflight_types',
      message: /^type shop\.state: the live database does not have it, and column "state" of shop\.orders needs it$/,
      hint: /CREATE TYPE shop\.state AS ENUM \( 'new', 'paid' \);/,
    },
  ],
  [
    'a domain that is gone',
    {
      change: 'drop domain shop.price cascade',
      tables: ['orders'],
      code: 'preflight_types',
      message: /^type shop\.price/,
      hint: /CREATE DOMAIN shop\.price AS numeric/,
    },
  ],
  [
    'a composite type that is gone',
    {
      change: 'drop type shop.size cascade',
      tables: ['orders'],
      code: 'preflight_types',
      message: /^type shop\.size/,
      hint: /CREATE TYPE shop\.size AS/,
    },
  ],
  [
    'a collation that is gone',
    {
      change: 'alter table shop.orders drop column name; drop collation shop.german',
      tables: ['orders'],
      code: 'preflight_types',
      message: /^collation shop\.german: the live database does not have it, and column "name"/,
      hint: /CREATE COLLATION/,
    },
  ],
  [
    'an extension’s type that is in another schema now',
    {
      change: 'alter extension citext set schema public',
      tables: ['orders'],
      code: 'preflight_types',
      message: /^type ext\.citext: .* it has citext of the extension citext in the schema public$/,
      hint: /alter extension "citext" set schema "ext"/,
    },
  ],
  [
    'an extension’s type that is gone',
    {
      change: 'drop extension citext cascade',
      tables: ['orders'],
      code: 'preflight_types',
      message: /^type ext\.citext/,
      hint: /extensions in the schema ext are citext: create/,
    },
  ],
  [
    'rows that do not fit an enum any more',
    {
      change: `alter type shop.state rename value 'paid' to 'settled'`,
      tables: ['orders'],
      code: 'rows_do_not_fit',
      message: /^table side\.orders: its rows do not fit a type .* \(SQLSTATE 22P02\)\.$/,
    },
  ],
  [
    'rows that do not fit a domain any more',
    {
      change: 'alter domain shop.price drop constraint price_check, add check (value > 2) not valid'.replace(
        ', add',
        '; alter domain shop.price add',
      ),
      tables: ['orders'],
      code: 'rows_do_not_fit',
      message: /SQLSTATE 23514/,
    },
  ],
  [
    'a schema holdfast of somebody else’s',
    {
      change: 'create schema holdfast; create table holdfast.mine (id int)',
      code: 'preflight_no_other_run',
      message: /^schema holdfast: the name is reserved/,
    },
  ],
  [
    'a run at work',
    {
      change: `create schema holdfast; create table holdfast.ledger (run_id text, item text, committed_at timestamptz default now(), primary key (run_id, item)); insert into holdfast.ledger values ('20261121T000000Z-abcdef', 'begin')`,
      code: 'preflight_no_other_run',
      message: /the run 20261121T000000Z-abcdef is at work/,
      hint: /holdfast resume 20261121T000000Z-abcdef/,
    },
  ],
  [
    'a protected connection',
    {
      config: { connections: { source: { protected: true } } },
      code: 'preflight_protection',
      message: /it is protected/,
      hint: /--yes-replace source/,
    },
  ],
  [
    'a misspelt table',
    {
      tables: ['public.plian'],
      status: 'failed',
      exitCode: 2,
      code: 'no_such_table',
      message: /^No table of the backup matches public\.plian\.$/,
      hint: /Did you mean public\.plain/,
    },
  ],
  [
    'a pattern that is none',
    { tables: ['"plain'], status: 'failed', exitCode: 2, code: 'bad_pattern', message: /does not name a table/ },
  ],
];

it.each(refusals)('%s is refused, and the live database stays byte for byte', async (_, refused) => {
  await using live = await createDatabase({ cluster: 'source' });
  await runSql(live.url, before);
  const { config = {} } = refused;
  await withHoldfast({ source: live.url, config }, async (holdfast) => {
    expect((await holdfast.backup()).result.error).toBeNull();
    if (refused.change !== undefined) await runSql(live.url, refused.change);
    const was = await dumpDatabase(live.url);
    const { result } = await recoverTables(holdfast, refused.tables ?? ['plain'], refused.request);
    expect(result).toMatchObject({
      ...{ status: refused.status ?? 'refused', exitCode: refused.exitCode ?? 3 },
      error: { code: refused.code, message: expect.stringMatching(refused.message) },
    });
    if (refused.hint) expect(result.error?.hint).toMatch(refused.hint);
    expect(await dumpDatabase(live.url)).toEqual(was);
  });
});

it('A role without the right to make schemas, or to use a type, is told so', async () => {
  await using live = await createDatabase({ cluster: 'source' });
  await runSql(live.url, before);
  await runSql(live.url, 'revoke usage on type shop.state from public; grant usage on schema shop, ext to public');
  await using role = await createRole(live.url);
  await withHoldfast({ source: live.url, target: role.url }, async (holdfast) => {
    expect((await holdfast.backup()).result.error).toBeNull();
    const expectRefusal = async (code: string, message: RegExp): Promise<void> => {
      const { result } = await recoverTables(holdfast, ['orders'], { to: 'target' });
      expect(result).toMatchObject({ exitCode: 3, error: { code, message: expect.stringMatching(message) } });
    };
    await expectRefusal('preflight_right_to_create', /role role_\w+ may not create schemas/);
    await runSql(live.url, `grant create on database ${live.name} to ${role.name}`);
    await expectRefusal('preflight_types', /type shop\.state: the connection's role may not use it/);
    await runSql(live.url, `grant usage on type shop.state to ${role.name}; revoke usage on schema ext from public`);
    await expectRefusal('preflight_types', /type ext\.citext: the connection's role may not use it/);
    await runSql(live.url, `grant usage on schema ext to ${role.name}`);
    const { result } = await recoverTables(holdfast, ['orders', 'twin'], { to: 'target' });
    expect(result.error).toBeNull();
    expect(await runSql(live.url, 'select id, state, price, size, email from side.orders order by id')).toHaveLength(2);
    await runSql(live.url, `drop schema side cascade`);
  });
});
