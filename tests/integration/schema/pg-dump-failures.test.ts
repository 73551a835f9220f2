import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { withSession } from '#lib/postgres/connect.ts';
import type { Session } from '#lib/postgres/session.ts';
import { dumpSchema } from '#lib/schema/dump-schema.ts';
import { runWasmPgDump } from '#lib/schema/run-wasm-pg-dump.ts';
import { startTcpProxy } from '#tests/support/tcp-proxy.ts';
import { withDatabase } from '#tests/support/test-database.ts';
import { createRole } from '#tests/support/test-role.ts';
import { runSql, withClient } from '#tests/support/with-client.ts';

type Options = Partial<Parameters<typeof dumpSchema>[0]>;

async function dump(url: string, more: Options = {}, use: (session: Session) => Promise<void> = async () => {}) {
  return withSession({ name: 'source', url }, async (session) => {
    const common = { session, url, environment: {}, serverMajor: 16, lockTimeoutMs: 10_000, force: 'wasm' } as const;
    const error = await dumpSchema({ ...common, ...more }).then(
      () => undefined,
      (cause: unknown) => cause,
    );
    await use(session);
    if (!(error instanceof HoldfastError)) throw new Error('no Holdfast error', { cause: error });
    return error;
  });
}

/** Holds an ACCESS EXCLUSIVE lock on `table` while `use` runs. */
async function withLock(url: string, table: string, use: () => Promise<void>): Promise<void> {
  await withClient(url, async (holder) => {
    await holder.query(`begin; lock table ${table} in access exclusive mode`);
    await use();
  });
}

/** Waits until pg_dump's LOCK TABLE waits for another session. */
async function untilWaiting(url: string): Promise<void> {
  for (;;) {
    const rows = await runSql(
      url,
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    if (rows.length > 0) return;
    await sleep(20);
  }
}

describe('dumpSchema by WebAssembly', () => {
  it('names the locked table and who locks it, within the lock timeout', async () => {
    await withDatabase({ cluster: 'source' }, async (url) => {
      await runSql(url, 'create table free (a int); create table "Locked one" (a int); create table other (a int)');
      await withLock(url, '"Locked one"', async () => {
        const error = await dump(url, { lockTimeoutMs: 500 }, async (session) => {
          const { rows } = await session.query<{ alive: string }>("select 'yes' as alive");
          expect(rows).toEqual([{ alive: 'yes' }]);
        });
        expect(error).toMatchObject({ name: 'UnavailableError', code: 'lock_timeout', retryable: true });
        expect(error.message).toMatch(/500 ms .*public\."Locked one" \(process \d+, holdfast-test, postgres\)\.$/);
      });
    });
  });

  it('tells of a right that is missing', async () => {
    await withDatabase({ cluster: 'source' }, async (url) => {
      await runSql(url, 'create table secret (a int)');
      await using role = await createRole(url);
      const error = await dump(role.url);
      expect(error).toMatchObject({ name: 'RefusedError', code: 'no_right' });
      expect(error.message).toMatch(/exit code 1: .*permission denied for table secret/);
    });
  });

  it('tells of a snapshot that is gone', async () => {
    await withDatabase({ cluster: 'source' }, async (url) => {
      for (const snapshot of ['00000003-0000001B-1', 'no snapshot']) {
        expect(await dump(url, { snapshot })).toMatchObject({ name: 'SnapshotLostError', code: 'snapshot_lost' });
      }
    });
  });

  it('starts afresh when a table was dropped behind the snapshot', async () => {
    await withDatabase({ cluster: 'source' }, async (url) => {
      await runSql(url, 'create table gone (a int)');
      await withClient(url, async (holder) => {
        await holder.query('begin isolation level repeatable read, read only');
        const { rows } = await holder.query<{ id: string }>('select pg_export_snapshot() as id');
        await runSql(url, 'drop table gone');
        const error = await dump(url, { snapshot: rows[0]?.id });
        expect(error).toMatchObject({ name: 'SnapshotLostError', code: 'schema_changed' });
        expect(error.message).toContain('public.gone');
      });
    });
  });

  it('keeps pg_dump’s words about anything else', async () => {
    await withDatabase({ cluster: 'source' }, async (url) => {
      const failed = withSession({ name: 'source', url }, (session) =>
        runWasmPgDump({ session, arguments: ['--bogus'], lockTimeoutMs: 1_000, timeoutMs: 10_000 }),
      );
      await expect(failed).rejects.toMatchObject({
        code: 'pg_dump_failed',
        message: expect.stringMatching(
          /^pg_dump \(WebAssembly 18\) failed with exit code 1: unrecognized option: bogus/,
        ),
      });
    });
  });

  it.each(['ended by the server', 'cut by the network', 'cancelled', 'out of time'])(
    'rejects promptly when it is %s in the middle',
    async (how) => {
      await withDatabase({ cluster: 'source' }, async (url) => {
        await runSql(url, 'create table locked (a int)');
        await using proxy = await startTcpProxy(url);
        await withLock(url, 'locked', async () => {
          const controller = new AbortController();
          const timeoutMs = how === 'out of time' ? 1_500 : 60_000;
          const dumping = dump(proxy.url, { signal: controller.signal, timeoutMs });
          // What is out of time may be so before it waits for the lock.
          if (how !== 'out of time') await untilWaiting(url);
          if (how === 'cut by the network') proxy.cutAll();
          if (how === 'cancelled') controller.abort();
          if (how === 'ended by the server') {
            await runSql(
              url,
              `select pg_terminate_backend(pid) from pg_stat_activity
               where datname = current_database() and wait_event_type = 'Lock'`,
            );
          }
          const expected = {
            'ended by the server': { name: 'UnavailableError', code: 'connection_lost' },
            'cut by the network': { name: 'UnavailableError', code: 'connection_lost' },
            cancelled: { name: 'CancelledError' },
            'out of time': { name: 'UnavailableError', code: 'pg_dump_timeout' },
          }[how];
          expect(await dumping).toMatchObject(expected ?? {});
        });
      });
    },
  );

  it('does not start when it is cancelled already, and leaves the session as it was', async () => {
    await withDatabase({ cluster: 'source' }, async (url) => {
      const error = await dump(url, { signal: AbortSignal.abort() }, async (session) => {
        expect((await session.query('select 1')).rowCount).toBe(1);
      });
      expect(error.name).toBe('CancelledError');
    });
  });

  it('gives the socket back after success, with no transaction open', async () => {
    await withDatabase({ cluster: 'source' }, async (url) => {
      await withSession({ name: 'source', url }, async (session) => {
        const stream = session.connection.stream;
        const before = ['data', 'error', 'close', 'end'].map((event) => stream.listeners(event).length);
        const common = { session, url, environment: {}, serverMajor: 16, lockTimeoutMs: 10_000 };
        for (let round = 0; round < 3; round++) await dumpSchema({ ...common, force: 'wasm' });
        expect(['data', 'error', 'close', 'end'].map((event) => stream.listeners(event).length)).toEqual(before);
        const { rows } = await session.query<{ state: string; locks: string }>(
          `select xact_start = query_start as alone from pg_stat_activity where pid = pg_backend_pid()`,
        );
        expect(rows).toEqual([{ alone: 't' }]);
      });
    });
  });
});
