import { describe, expect, it } from 'vitest';
import { checkPgDump } from '#lib/backup/check-pg-dump.ts';
import { planDirectUrl } from '#lib/postgres/direct-url.ts';
import { findFreePort } from '#tests/support/find-free-port.ts';
import { shopTemplate } from '#tests/support/shop.ts';
import { createDatabase, testCluster, urlOfDatabase } from '#tests/support/test-database.ts';
import { createRole } from '#tests/support/test-role.ts';
import { startTransactionPooler } from '#tests/support/transaction-pooler.ts';
import { runSql, withClient } from '#tests/support/with-client.ts';
import { type HoldfastOptions, withHoldfast } from '#tests/support/workflow.ts';

/** How a backup of the source ends that must not come to a good end: no stack, no secret, no manifest. */
async function refuseBackup(options: HoldfastOptions & { source: string }, request: object = {}) {
  return await withHoldfast(options, async (holdfast) => {
    const { result } = await holdfast.backup(request);
    const text = JSON.stringify(result);
    expect(text).not.toContain(decodeURIComponent(new URL(options.source).password));
    expect(text).not.toMatch(/\n +at /);
    const manifests: string[] = [];
    for await (const { key } of holdfast.repository.store.list('backups/')) manifests.push(key);
    expect(manifests).toEqual([]);
    if (result.error === null) throw new Error('the backup was not refused');
    return { ...result, error: result.error };
  });
}

describe('a backup is refused', () => {
  it('for a wrong password, by name, with exit code 3', async () => {
    const source = urlOfDatabase(testCluster('source').url, { database: 'postgres', password: 'wrong-secret' });
    const { status, exitCode, error } = await refuseBackup({ source });
    expect({ status, exitCode, code: error.code }).toEqual({ status: 'refused', exitCode: 3, code: 'login_refused' });
    expect(error.message).toMatch(
      /^connection source \(postgres:\/\/postgres:\*\*\*@127\.0\.0\.1:\d+\/postgres\): password/,
    );
  });

  it('for a URL without the password that the server asks for', async () => {
    const source = new URL(testCluster('source').url);
    source.password = '';
    await withHoldfast({ source: source.href }, async (holdfast) => {
      const { result } = await holdfast.backup();
      expect(result).toMatchObject({ exitCode: 3, error: { code: 'login_refused' } });
    });
  });

  it('for a host that does not answer, promptly', async () => {
    const port = await findFreePort();
    const { exitCode, error, timeline } = await refuseBackup({
      source: `postgres://me:hidden-secret@127.0.0.1:${port}/db`,
    });
    expect({ exitCode, code: error.code }).toEqual({ exitCode: 3, code: 'unreachable' });
    expect(error.message).toContain(`127.0.0.1:${port}`);
    // No step has the patience of a run that is under way.
    expect(timeline.length).toBeGreaterThan(0);
    expect(timeline.filter(({ attempts }) => attempts.length !== 1)).toEqual([]);
  });

  it('for a database that is not there', async () => {
    const source = urlOfDatabase(testCluster('source').url, { database: 'no such one' });
    const { exitCode, error } = await refuseBackup({ source });
    expect({ exitCode, code: error.code }).toEqual({ exitCode: 3, code: 'no_database' });
    expect(error.message).toContain('database "no such one" does not exist');
  });

  it('for a table that the role may not read, by its name', async () => {
    await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
    const grants = [
      'grant usage on schema shop to %I; grant select on all tables in schema shop, public to %I',
      'grant select on all sequences in schema shop to %I; revoke select on shop.prices from %I',
      'alter table shop.secrets disable row level security',
    ];
    await using role = await createRole(source.url, { grants });
    const { exitCode, error } = await refuseBackup({ source: role.url });
    expect({ exitCode, code: error.code }).toEqual({ exitCode: 3, code: 'preflight_right_to_read' });
    expect(error.message).toBe('shop.prices: 1 cannot be read by this role: shop.prices');
    expect(error.hint).toContain('pg_read_all_data');
  });

  it('for row security that would hide rows, by the name of the table', async () => {
    await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
    await using role = await createRole(source.url, { grants: ['grant pg_read_all_data to %I'] });
    const { exitCode, error } = await refuseBackup({ source: role.url });
    expect({ exitCode, code: error.code }).toEqual({ exitCode: 3, code: 'preflight_row_security' });
    expect(error.message).toBe('shop.secrets: row security hides rows of shop.secrets from this role');
    expect(error.hint).toContain('bypassrls');
  });

  it('for a pooler in transaction mode, with a hint at the direct host', async () => {
    await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
    await using pooler = await startTransactionPooler(source.url);
    const { exitCode, error } = await refuseBackup({ source: pooler.url });
    expect({ exitCode, code: error.code }).toEqual({ exitCode: 3, code: 'preflight_direct_endpoint' });
    expect(error.message).toMatch(/^connection source: .*\*\*\*.* is a pooler in transaction mode/);
    expect(error.hint).toContain('-pooler');
  });

  it('for a config that does not parse, by the name of the field', async () => {
    const config = JSON.parse('{"lanes": "many"}');
    const refused = withHoldfast({ source: testCluster('source').url, config }, async () => expect.unreachable());
    await expect(refused).rejects.toMatchObject({
      ...{ name: 'UsageError', exitCode: 2, code: 'bad_config' },
      message: expect.stringMatching(/holdfast\.config\.mjs does not parse:.*\n.*\n.*lanes/),
    });
  });

  it('for a critical query that cannot be answered, by the name of the query', async () => {
    await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
    const failing = async (sql: string) => {
      const config = { connections: { source: { criticalQueries: [{ name: 'the till', sql }] } } };
      const { exitCode, error } = await refuseBackup({ source: source.url, config });
      expect(exitCode).toBe(1);
      return error.message;
    };
    expect(await failing('select sum(amount) from shop.till')).toBe(
      'critical query "the till": relation "shop.till" does not exist',
    );
    expect(await failing('delete from shop.prices')).toMatch(/^critical query "the till": .*read-only transaction/);
    expect(await failing('commit; delete from shop.prices')).toMatch(/^critical query "the till": .*multiple commands/);
    expect(await runSql(source.url, 'select from shop.prices')).toHaveLength(3);
  });

  it('for a table that another session keeps locked, after lockTimeout, by table and session', async () => {
    await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
    await withClient(source.url, async (other) => {
      await other.query('begin; lock table shop.prices in access exclusive mode');
      const { exitCode, error, timeline } = await refuseBackup({
        source: source.url,
        config: { lockTimeout: '100ms' },
      });
      expect({ exitCode, code: error.code }).toEqual({ exitCode: 1, code: 'lock_timeout' });
      expect(error.message).toMatch(
        /^Waited 100 ms in vain for a lock on table shop\.prices, which process \d+ \(holdfast-test, postgres\) locks\.$/,
      );
      // Every attempt is on record, with what it waited before.
      const snapshot = timeline.find(({ slug }) => slug === 'snapshot-1');
      expect(snapshot?.attempts.map(({ attempt, outcome }) => [attempt, outcome])).toEqual(
        [0, 1, 2, 3, 4, 5].map((attempt) => [attempt, 'failed']),
      );
      expect(snapshot?.attempts.slice(1).every(({ waitedMs }) => waitedMs >= 10)).toBe(true);
    });
  });
});

describe('what needs no server', () => {
  it('a server older than 13, or newer than every pg_dump, does not pass the preflight', () => {
    expect(checkPgDump({ version: '12.22', major: 12 }, { natives: [] })).toMatchObject({
      passed: false,
      detail: 'The server is PostgreSQL 12; Holdfast needs 13 or newer.',
    });
    const natives = [{ path: '/usr/bin/pg_dump', version: '15.18', major: 15 }];
    expect(checkPgDump({ version: '19beta1', major: 19 }, { natives })).toMatchObject({
      passed: false,
      detail: 'The server is PostgreSQL 19, too new to be dumped: pg_dump at hand: 15.18, 18 (WebAssembly).',
      hint: 'Install the client programs of PostgreSQL 19.',
    });
    expect(checkPgDump({ version: '15.18', major: 15 }, { natives })).toMatchObject({ passed: true });
  });

  it('the pooler of Neon is replaced by the direct host, and nothing else of the URL', () => {
    const pooled = 'postgres://u:p%40ss@ep-cool-name-123-pooler.eu-central-1.aws.neon.tech/db?sslmode=require';
    expect(planDirectUrl(pooled)).toEqual({
      url: 'postgres://u:p%40ss@ep-cool-name-123.eu-central-1.aws.neon.tech/db?sslmode=require',
      rewritten: true,
    });
    const others = ['postgres://u@my-pooler.example.org/db', 'postgres://u@ep-cool-name-123.aws.neon.tech/x-pooler.y'];
    for (const url of others) expect(planDirectUrl(url)).toEqual({ url, rewritten: false });
  });
});
