import pg from 'pg';
import { describe, expect, it } from 'vitest';
import type { Session } from '#lib/postgres/session.ts';
import { type Piece, readPieces } from '#lib/rows/read-pieces.ts';
import { ChunkStore, numbers, query, readAll, textOf } from '#tests/support/row-chunks.ts';
import { startTcpProxy } from '#tests/support/tcp-proxy.ts';
import { withDatabase } from '#tests/support/test-database.ts';
import { withClient } from '#tests/support/with-client.ts';

describe('reading pieces', () => {
  it('pulls pieces as the server comes to them', async () => {
    const count = 12;
    await withDatabase({ cluster: 'source' }, (url) =>
      withClient(url, (holder) =>
        withClient(url, async (session) => {
          await holder.query(`select pg_advisory_lock(id) from generate_series(0, ${count - 1}) id`);
          let pulled = 0;
          const sqls = function* (): Generator<Piece> {
            for (let id = 0; id < count; id++) {
              pulled++;
              yield { id, sql: `copy (select 'waited' || pg_advisory_lock(${id})::text) to stdout` };
            }
          };
          const { putChunk } = new ChunkStore();
          const seen: number[] = [];
          const pieces = readPieces(session, sqls(), { codec: 'zstd', putChunk })[Symbol.asyncIterator]();
          for (let id = 0; id < count; id++) {
            // The server comes no further than to the piece whose lock is held.
            await holder.query(`select pg_advisory_unlock(${id})`);
            const { value, done } = await pieces.next();
            if (done !== true) seen.push(value.id);
            if (id >= count / 2) continue;
            expect(pulled - seen.length).toBeGreaterThanOrEqual(1);
            expect(pulled - seen.length).toBeLessThanOrEqual(4);
          }
          expect((await pieces.next()).done).toBe(true);
          expect(seen).toEqual(Array.from({ length: count }, (_, id) => id));
          expect(await query(session, 'select 1 as one')).toEqual({ one: '1' });
        }),
      ),
    );
  });

  it('asks for the next piece before it has the one before', async () => {
    await withDatabase({ cluster: 'source' }, async (url) => {
      await using proxy = await startTcpProxy(url);
      await withClient(url, async (holder) => {
        await holder.query('select pg_advisory_lock(1)');
        await withClient(proxy.url, async (session) => {
          const waiting = `copy (select 'waited' || pg_advisory_lock(1)::text) to stdout`;
          const sqls = [waiting, ...Array.from({ length: 20 }, (_, i) => `copy (select ${i}) to stdout`)];
          const before = proxy.bytesToServers;
          const reading = readAll(session, sqls);
          const ofTwo = sqls.slice(0, 2).join('').length;
          await expect.poll(() => proxy.bytesToServers - before, { timeout: 60_000 }).toBeGreaterThan(ofTwo);
          await holder.query('select pg_advisory_unlock(1)');
          const { pieces, store } = await reading;
          expect(pieces.map(({ rows }) => rows)).toEqual(sqls.map(() => 1));
          const numbersRead = Array.from({ length: 20 }, (_, i) => `${i}\n`).join('');
          expect(await textOf(pieces, store)).toBe(`waited\n${numbersRead}`);
        });
      });
    });
  });

  it('throws the server’s error with its fields after the pieces that were whole, and leaves the session usable', async () => {
    await withDatabase({ cluster: 'source' }, (url) =>
      withClient(url, async (session) => {
        await session.query(numbers(50_000, 2));
        await session.query('begin isolation level repeatable read');
        const done: number[] = [];
        const store = new ChunkStore();
        const pieces = [
          { id: 1, sql: 'copy t to stdout' },
          { id: 2, sql: 'copy (select 1000 / (id - 40000), note from t) to stdout' },
          { id: 3, sql: 'copy t to stdout' },
          { id: 4, sql: 'copy t to stdout' },
        ];
        const reading = (async () => {
          for await (const piece of readPieces(session, pieces, { codec: 'zstd', putChunk: store.putChunk }))
            done.push(piece.id);
        })();
        const error: unknown = await reading.catch((cause: unknown) => cause);
        expect(error).toBeInstanceOf(pg.DatabaseError);
        expect(error).toMatchObject({ code: '22012', severity: 'ERROR', message: 'division by zero' });
        expect(done).toEqual([1]);
        await session.query('rollback');
        expect(await query(session, 'select count(*) as n from t')).toEqual({ n: '50000' });
        const missing = readAll(session, ['copy missing to stdout', 'copy t to stdout']);
        await expect(missing).rejects.toMatchObject({ code: '42P01' });
        expect((await readAll(session, ['copy t to stdout'])).pieces[0]?.rows).toBe(50_000);
      }),
    );
  });

  it('rejects when the connection is cut in the middle, and stores no part of a chunk', async () => {
    await withDatabase({ cluster: 'source' }, async (url) => {
      await withClient(url, (session) => session.query(numbers(100_000, 3)));
      await using proxy = await startTcpProxy(url);
      for (const after of [3, 100_000, 5_000_000]) {
        const session = new pg.Client({ connectionString: proxy.url });
        session.on('error', () => undefined);
        await session.connect();
        const store = new ChunkStore();
        proxy.cutAfter(after, 'to-client');
        await expect(readAll(session, ['copy t to stdout'], { store })).rejects.toThrow();
        expect(store.objects.size).toBe(0);
        await session.end().catch(() => undefined);
      }
    });
  });

  it('rejects when the server ends the session', async () => {
    await withDatabase({ cluster: 'source' }, (url) =>
      withClient(url, async (admin) => {
        await admin.query(numbers(100_000, 3));
        const session = new pg.Client({ connectionString: url });
        session.on('error', () => undefined);
        await session.connect();
        const pid = (await session.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid;
        const reading = expect(readAll(session, ['copy (select pg_sleep(10)) to stdout'])).rejects.toMatchObject({
          code: '57P01',
        });
        await new Promise((done) => setTimeout(done, 200));
        await admin.query('select pg_terminate_backend($1)', [pid]);
        await reading;
      }),
    );
  });

  it('ends at once on an abort, on a failing store and on a loop that is left, and closes the connection', async () => {
    await withDatabase({ cluster: 'source' }, async (url) => {
      await withClient(url, (session) => session.query(numbers(100_000, 3)));
      const options = { chunkBytes: 100_000, blockBytes: 50_000 };
      const withSession = async (use: (session: Session) => Promise<void>): Promise<void> => {
        const session = new pg.Client({ connectionString: url });
        session.on('error', () => undefined);
        await session.connect();
        await use(session);
        await expect(session.query('select 1')).rejects.toThrow();
      };
      await withSession(async (session) => {
        const abort = new AbortController();
        const reading = readAll(session, ['copy (select pg_sleep(20)) to stdout'], { signal: abort.signal });
        setTimeout(() => abort.abort(new Error('told to stop')), 50);
        await expect(reading).rejects.toThrow('told to stop');
      });
      await withSession(async (session) => {
        const putChunk = (): Promise<never> => Promise.reject(new Error('the store is full'));
        await expect(
          readAll(session, ['copy t to stdout', 'copy t to stdout'], { ...options, putChunk }),
        ).rejects.toThrow('the store is full');
      });
      await withSession(async (session) => {
        const { putChunk } = new ChunkStore();
        const pieces = Array.from({ length: 50 }, (_, id) => ({ id, sql: 'copy t to stdout' }));
        for await (const piece of readPieces(session, pieces, { codec: 'zstd', putChunk })) {
          expect(piece.rows).toBe(100_000);
          break;
        }
      });
    });
  });

  it('passes a notice on and works over a slow store without holding everything in memory', async () => {
    await withDatabase({ cluster: 'source' }, (url) =>
      withClient(url, async (session) => {
        await session.query(numbers(200_000, 10));
        await session.query(
          `create function noisy(i int) returns int language plpgsql as $$ begin if i = 500 then raise notice 'half way'; end if; return i; end $$`,
        );
        const notices: string[] = [];
        session.on('notice', (notice) => notices.push(notice.message ?? ''));
        let open = 0;
        let most = 0;
        const { pieces } = await readAll(session, ['copy (select noisy(id), note from t) to stdout'], {
          chunkBytes: 500_000,
          blockBytes: 100_000,
          putChunk: async (parts) => {
            most = Math.max(most, ++open);
            await new Promise((done) => setTimeout(done, 20));
            open--;
            return { name: 'x', stored: parts.reduce((sum, part) => sum + part.length, 0) };
          },
        });
        expect(pieces[0]?.rows).toBe(200_000);
        expect(notices).toEqual(['half way']);
        expect(most).toBeLessThanOrEqual(3);
      }),
    );
  });
});
