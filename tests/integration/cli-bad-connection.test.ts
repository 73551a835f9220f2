import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createCliSource } from '#tests/support/cli-database.ts';
import { openCliPlace, passwordOf } from '#tests/support/cli-place.ts';
import { findFreePort } from '#tests/support/find-free-port.ts';
import { createDatabase, urlOfDatabase } from '#tests/support/test-database.ts';
import { createRole } from '#tests/support/test-role.ts';
import { startTransactionPooler } from '#tests/support/transaction-pooler.ts';
import { runSql } from '#tests/support/with-client.ts';

describe.concurrent('a bad connection', () => {
  it('is named with what is wrong: password, host, database, name, URL', async () => {
    await using source = await createCliSource();
    await using place = await openCliPlace({
      DATABASE_URL: source.url,
      HOLDFAST_DATABASE_LOGIN_URL: urlOfDatabase(source.url, { database: source.name, password: 'not-the-password' }),
      HOLDFAST_DATABASE_NOWHERE_URL: `postgres://u:hidden-word@127.0.0.1:${await findFreePort()}/x`,
      HOLDFAST_DATABASE_GONE_URL: urlOfDatabase(source.url, { database: 'no_such_database' }),
      HOLDFAST_DATABASE_ODD_URL: 'mysql://u:hidden-word@host/x',
    });
    const cases = [
      ['login', 3, /connection login \(postgres:\/\/postgres:\*\*\*@.*password authentication failed/],
      ['nowhere', 1, /connection nowhere .*ECONNREFUSED/],
      ['gone', 3, /database "no_such_database" does not exist/],
      ['odd', 2, /connection odd .*does not parse/],
      ['unheard', 2, /There is no connection "unheard". Known: gone, login, nowhere, odd, production/],
    ] as const;
    await Promise.all(
      cases.map(async ([connection, exitCode, message]) => {
        expect(await place.runBadly(['backup', connection], { exitCode })).toMatch(message);
      }),
    );
    const doctor = await place.runJson(['doctor'], { exitCode: 3 });
    const wrong = doctor.checks.filter((check: { passed: boolean }) => !check.passed);
    expect(wrong.map((check: { object: string }) => check.object).sort()).toEqual([
      'connection gone',
      'connection login',
      'connection nowhere',
      'connection odd',
    ]);
    expect(await place.listJournals()).toEqual([]);
    await place.expectNoSecret([passwordOf(source.url), 'not-the-password', 'hidden-word']);
  });

  it('is refused where a transaction pooler stands between, for backup and restore', async () => {
    await using source = await createCliSource();
    await using target = await createDatabase({ cluster: 'target' });
    await using before = await startTransactionPooler(source.url);
    await using behind = await startTransactionPooler(target.url);
    await using place = await openCliPlace({ DATABASE_URL: source.url, NEON_DATABASE_URL: behind.url });
    const env = { DATABASE_URL: before.url };
    expect(await place.runBadly(['backup'], { exitCode: 3, env })).toMatch(/pooler in transaction mode/);
    expect(await place.run(['backup'])).toMatchObject({ exitCode: 0 });
    expect(await place.runBadly(['restore', 'latest', '--to', 'neon'], { exitCode: 3 })).toMatch(
      /pooler in transaction/,
    );
    await place.expectNoSecret([passwordOf(source.url), passwordOf(target.url)]);
  });

  it('is refused where the role may not read a table, or row security hides rows from it', async () => {
    await using source = await createCliSource();
    await runSql(
      source.url,
      'create table secrets (id integer); create table shared (id integer); alter table shared enable row level security',
    );
    await using blind = await createRole(source.url, {
      grants: ['grant select on all tables in schema public to %I', 'revoke select on secrets from %I'],
    });
    await using veiled = await createRole(source.url, {
      grants: [
        'grant select on all tables in schema public to %I',
        'grant select on all sequences in schema public to %I',
      ],
    });
    await using place = await openCliPlace({});
    const blindly = place.runBadly(['backup'], { exitCode: 3, env: { DATABASE_URL: blind.url } });
    const veiledly = place.runBadly(['backup'], { exitCode: 3, env: { DATABASE_URL: veiled.url } });
    expect(await blindly).toMatch(/public\.secrets/);
    expect(await veiledly).toMatch(/row security hides rows of public\.shared/);
    await place.expectNoSecret([passwordOf(blind.url), passwordOf(veiled.url)]);
  });
});

describe('a bad config', () => {
  it('is named with file and field', async () => {
    await using place = await openCliPlace({});
    const files = {
      'field.ts': `export default { lanes: 'two' };`,
      'unknown.ts': `export default { conections: {} };`,
      'syntax.ts': `export default {`,
      'thrown.ts': `throw new Error('thrown on load');`,
    };
    for (const [name, content] of Object.entries(files)) await writeFile(join(place.folder, name), content);
    const cases: [string, RegExp][] = [
      ['field.ts', /does not parse.*lanes/s],
      ['unknown.ts', /conections/],
      ['syntax.ts', /Cannot load .*syntax\.ts/],
      ['thrown.ts', /thrown on load/],
      ['missing.ts', /Cannot load .*missing\.ts/],
    ];
    await Promise.all(
      cases.map(async ([name, message]) => {
        expect(await place.runBadly(['list', '--config', name], { exitCode: 2 })).toMatch(message);
      }),
    );
  });
});
