import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { describe, expect, it } from 'vitest';
import { classifyError } from '#lib/postgres/classify-error.ts';
import { closeSession } from '#lib/postgres/connect.ts';
import { copyIn } from '#lib/postgres/copy-in.ts';
import type { Session } from '#lib/postgres/session.ts';
import { digestRows } from '#lib/rows/digest-rows.ts';
import { type DriverPlace, drivers } from '#tests/support/driver-place.ts';
import { copyTo } from '#tests/support/plain-copy.ts';
import { ChunkStore, loadAll, numbers, query, readAll } from '#tests/support/row-chunks.ts';
import { withDatabase } from '#tests/support/test-database.ts';
import { withClient } from '#tests/support/with-client.ts';

const mebibyte = 1024 * 1024;
/** A block of rows of one kilobyte each. */
const kilobytes = Buffer.from(`${'x'.repeat(1023)}\n`.repeat(1024));

/** Every character that COPY text or a WebSocket frame could stumble over, and values that are easily changed. */
const awkward = `
create table awkward (id int primary key, text text, bytes bytea, number double precision, at timestamptz, list text[]);
insert into awkward select i, chr(i) || 'x' || chr(i), decode(lpad(to_hex(i), 4, '0'), 'hex'), 1 / i::float8, to_timestamp(i), array[chr(i), null, '']
  from generate_series(1, 2000) i where i not between 55296 and 57343;
insert into awkward values
  (-1, null, null, 'NaN', 'infinity', null), (-2, '', '', '-Infinity', '-infinity', '{}'), (-3, E'\\\\.', '\\x00ff', '-0', 'epoch', '{"\\\\N"}'),
  (-4, E'\\\\N', '\\x5c4e', 1e-300, '0044-03-15 BC', '{NULL}'), (-5, E'tab\\there\\nline\\r\\nback\\\\slash', null, 0, null, null),
  (-6, repeat('🦊é', 400000), decode(repeat('ff00', 500000), 'hex'), 0.1, null, null)`;

/** A place with one database of the test, and a client of the tests' own on it. */
async function withPlace(
  driver: (typeof drivers)[number],
  use: (test: { place: DriverPlace; admin: pg.Client; open(): Promise<Session> }) => Promise<void>,
): Promise<void> {
  await withDatabase({ cluster: 'source' }, (url) =>
    withClient(url, async (admin) => {
      await using place = await driver.place(url);
      const sessions: Session[] = [];
      const open = async (): Promise<Session> => {
        const session = await place.open();
        sessions.push(session);
        // Holdfast's sessions have none.
        await session.query('set search_path = public');
        return session;
      };
      try {
        await use({ place, admin, open });
      } finally {
        await Promise.all(sessions.map(closeSession));
      }
    }),
  );
}

describe.each(drivers)('COPY over $name', (driver) => {
  it('brings every row there and back as it was', async () => {
    await withPlace(driver, async ({ admin, open }) => {
      await admin.query(`${awkward}; create table copy (like awkward)`);
      const session = await open();
      const small = { chunkBytes: 300_000, blockBytes: 100_000 };
      const { pieces, store } = await readAll(session, ['copy awkward to stdout', 'copy awkward to stdout'], small);
      expect(pieces.map(({ rows }) => rows)).toEqual([2006, 2006]);
      await loadAll(session, 'copy', { pieces: pieces.slice(0, 1), store, codec: 'zstd' });
      expect((await digestRows(session, ['copy copy to stdout'])).digest).toBe(pieces[1]?.digest);
      const [before, after] = [
        await copyTo(admin, 'copy awkward to stdout'),
        await copyTo(admin, 'copy copy to stdout'),
      ];
      expect(after.equals(before)).toBe(true);
    });
  });

  it('throws the server’s own error in the middle of a COPY, either way, and the session goes on', async () => {
    await withPlace(driver, async ({ admin, open }) => {
      await admin.query(`${numbers(50_000, 3)}; create table copy (like t); create unique index on copy (id)`);
      const session = await open();
      const { pieces, store } = await readAll(session, ['copy t to stdout']);
      const reading = readAll(session, ['copy t to stdout', 'copy (select 1 / (id - 40000), note from t) to stdout']);
      await expect(reading).rejects.toMatchObject({ code: '22012', message: 'division by zero' });
      await session.query('insert into copy select * from t where id = 45000');
      const loading = loadAll(session, 'copy', { pieces, store, codec: 'zstd' });
      await expect(loading).rejects.toMatchObject({ code: '23505', table: 'copy' });
      await session.query('rollback; truncate copy');
      await loadAll(session, 'copy', { pieces, store, codec: 'zstd' });
      expect(await query(session, 'select count(*) as n from copy')).toEqual({ n: '50000' });
    });
  });

  it('gives its own rows up in the middle, and the session goes on', async () => {
    await withPlace(driver, async ({ admin, open }) => {
      await admin.query('create table copy (line text)');
      const session = await open();
      const blocks = async function* (): AsyncGenerator<Buffer> {
        for (let block = 0; block < 40; block++) yield kilobytes;
        throw new Error('the chunk is damaged');
      };
      await session.query('begin');
      await expect(copyIn(session, { sql: 'copy copy from stdin', blocks: blocks() })).rejects.toThrow('is damaged');
      await session.query('rollback');
      expect(await query(session, 'select count(*) as n from copy')).toEqual({ n: '0' });
    });
  });

  it('rejects when the connection is cut in the middle, with an error that another attempt can cure', async () => {
    await withPlace(driver, async ({ place, admin, open }) => {
      await admin.query(`${numbers(100_000, 3)}; create table copy (like t)`);
      const { pieces, store } = await readAll(await open(), ['copy t to stdout']);
      for (const after of [3, 100_000, 5_000_000]) {
        const half = new ChunkStore();
        const reader = await open();
        place.faults.cutAfter(after, 'to-client');
        const reading = readAll(reader, ['copy t to stdout'], { store: half });
        const error = await reading.then(
          () => undefined,
          (cause: unknown) => classifyError(cause, 'table t'),
        );
        expect(error).toMatchObject({ name: 'UnavailableError', code: 'connection_lost' });
        expect(half.objects.size).toBe(0);
        const writer = await open();
        place.faults.cutAfter(after, 'to-server');
        const loading = loadAll(writer, 'copy', { pieces, store, codec: 'zstd' });
        const lost = await loading.then(
          () => undefined,
          (cause: unknown) => classifyError(cause, 'table copy'),
        );
        expect(lost).toMatchObject({ name: 'UnavailableError', code: 'connection_lost' });
        await expect(writer.query('select 1')).rejects.toThrow();
      }
      expect(await query(admin, 'select count(*) as n from copy')).toEqual({ n: '0' });
    });
  });

  it('tells why the server has ended the session', async () => {
    await withPlace(driver, async ({ admin, open }) => {
      const session = await open();
      const { pid } = await query(session, 'select pg_backend_pid() as pid');
      const reading = readAll(session, ['copy (select pg_sleep(60)) to stdout']).catch((cause: unknown) => cause);
      for (let ended = 0; ended === 0; await sleep(10)) {
        const sql = `select pg_terminate_backend(pid) from pg_stat_activity where pid = $1 and query like 'copy%'`;
        ended = (await admin.query(sql, [pid])).rowCount ?? 0;
      }
      const error = await reading;
      expect(error).toMatchObject({ code: '57P01' });
      expect(classifyError(error, 'x')).toMatchObject({ retryable: true, code: 'connection_lost' });
    });
  });

  it('ends at once when it is cancelled, and takes the connection with it', async () => {
    await withPlace(driver, async ({ place, admin, open }) => {
      await admin.query(numbers(100_000, 3));
      const session = await open();
      const abort = new AbortController();
      const reading = readAll(session, ['copy t to stdout', 'copy (select pg_sleep(60)) to stdout'], {
        signal: abort.signal,
        putChunk: async () => {
          abort.abort(new Error('told to stop'));
          return { name: 'x', stored: 0 };
        },
      });
      await expect(reading).rejects.toThrow('told to stop');
      await expect(session.query('select 1')).rejects.toThrow();
      while (place.faults.open > 0) await sleep(10);
    });
  });

  it('sends no more than the network takes, however long it takes nothing', async () => {
    await withPlace(driver, async ({ place, admin, open }) => {
      await admin.query('create table copy (line text)');
      const session = await open();
      let sent = 0;
      const blocks = async function* (): AsyncGenerator<Buffer> {
        for (; sent < 100 * mebibyte; sent += kilobytes.length) yield kilobytes;
      };
      await session.query('begin');
      const loading = copyIn(session, { sql: 'copy copy from stdin', blocks: blocks() });
      while (sent < 2 * mebibyte) await sleep(1);
      place.faults.blackhole(true);
      await settles(() => sent);
      // What systems keep in the buffers of a connection is theirs; the rest would be ours.
      expect(sent).toBeLessThan(60 * mebibyte);
      place.faults.blackhole(false);
      expect(await loading).toBe(100 * 1024);
      await session.query('rollback');
    });
  });

  it(driver.holdsBack ? 'reads no more than it has room for' : 'reads whatever the server sends', async () => {
    await withPlace(driver, async ({ place, admin, open }) => {
      await admin.query(numbers(250_000, 12));
      const session = await open();
      const full = Promise.withResolvers<void>();
      const store = new ChunkStore();
      const reading = readAll(session, ['copy t to stdout'], {
        chunkBytes: mebibyte / 2,
        putChunk: async (parts) => {
          await full.promise;
          return store.putChunk(parts);
        },
      });
      while (place.faults.bytesToClients < 5 * mebibyte) await sleep(1);
      const came = await settles(() => place.faults.bytesToClients);
      if (driver.holdsBack) expect(came).toBeLessThan(60 * mebibyte);
      else expect(came).toBeGreaterThan(100 * mebibyte);
      full.resolve();
      const { pieces } = await reading;
      expect(pieces[0]?.rows).toBe(250_000);
      expect(pieces[0]?.digest).toBe((await digestRows(session, ['copy t to stdout'])).digest);
    });
  });
});

/** The count when it has stopped growing for half a second. */
async function settles(count: () => number): Promise<number> {
  for (let last = -1; last !== count(); await sleep(500)) last = count();
  return count();
}
