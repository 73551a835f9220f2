import { describe, expect, it } from 'vitest';
import xxhash from 'xxhash-wasm';
import { addDigests, formatDigest } from '#lib/digest/add-digests.ts';
import { digestRows } from '#lib/rows/digest-rows.ts';
import { scanChunk } from '#lib/rows/scan-chunk.ts';
import { ChunkStore, loadAll, numbers, query, readAll, textOf } from '#tests/support/row-chunks.ts';
import { withDatabase } from '#tests/support/test-database.ts';
import { withClient } from '#tests/support/with-client.ts';

const nasty = [
  `(1, 'plain')`,
  `(2, '')`,
  `(3, null)`,
  `(4, e'tab\\there\\nand a line\\r\\nand more')`,
  `(5, e'back\\\\slash \\\\N \\\\.')`,
  `(6, e'\\\\.')`,
  `(7, 'ü 漢 🦑 \u{10FFFF}')`,
  `(8, e'\\x01\\x08\\x0b\\x0c')`,
  `(9, repeat('long ', 100000))`,
].join(',');

describe('rows of a table', () => {
  for (const codec of ['zstd', 'gzip'] as const) {
    it(`come back as they were, nasty values included, through ${codec}`, async () => {
      await withDatabase({ cluster: 'source' }, (url) =>
        withClient(url, async (session) => {
          await session.query('create table t (id int, note text); create table copy (like t)');
          await session.query(`insert into t values ${nasty}`);
          const { pieces, store } = await readAll(session, ['copy t to stdout'], { codec, blockBytes: 4096 });
          const [piece] = pieces;
          expect(piece).toMatchObject({ id: 0, rows: 9 });
          await loadAll(session, 'copy', { pieces, store, codec });
          expect(await query(session, 'select count(*) as n from (table t except all table copy) x')).toEqual({
            n: '0',
          });
          expect(await query(session, 'select count(*) as n from copy')).toEqual({ n: '9' });
          expect(await digestRows(session, ['copy copy to stdout'])).toMatchObject({ digest: piece?.digest, rows: 9 });
        }),
      );
    });
  }

  it('have the digest that a second implementation computes from psql-like text', async () => {
    const peer = await xxhash();
    await withDatabase({ cluster: 'source' }, (url) =>
      withClient(url, async (session) => {
        await session.query(numbers(20_000, 1));
        const { pieces, store } = await readAll(session, ['copy t to stdout']);
        const lines = (await textOf(pieces, store)).split('\n').slice(0, -1);
        const sum = lines.reduce((total, line) => total + peer.h64(line), 0n);
        expect(lines).toHaveLength(20_000);
        expect(pieces[0]?.digest).toBe(formatDigest(sum));
        const shuffled = await digestRows(session, ['copy (select * from t order by note) to stdout']);
        expect(shuffled).toEqual({ rows: 20_000, bytes: pieces[0]?.bytes, digest: formatDigest(sum) });
      }),
    );
  });

  it('make no chunk when there are none, and one line each when there are no columns', async () => {
    await withDatabase({ cluster: 'source' }, (url) =>
      withClient(url, async (session) => {
        await session.query(
          'create table none (id int); create table bare (); insert into bare select from generate_series(1, 3)',
        );
        const { pieces, store } = await readAll(session, [
          'copy none to stdout',
          'copy bare to stdout',
          'copy none to stdout',
        ]);
        expect(pieces.map(({ id, rows, bytes, chunks }) => [id, rows, bytes, chunks.length])).toEqual([
          [0, 0, 0, 0],
          [1, 3, 3, 1],
          [2, 0, 0, 0],
        ]);
        await session.query('create table bare2 ()');
        await loadAll(session, 'bare2', { pieces, store, codec: 'zstd' });
        expect(await query(session, 'select count(*) as n from bare2')).toEqual({ n: '3' });
        expect(await readAll(session, [])).toMatchObject({ pieces: [] });
      }),
    );
  });

  it('are cut at row borders into chunks that do not change from one run to the next', async () => {
    await withDatabase({ cluster: 'source' }, (url) =>
      withClient(url, async (session) => {
        await session.query(numbers(60_000, 3));
        const sqls = ['copy t to stdout', 'copy (select * from t where id < 30000) to stdout'];
        const small = { chunkBytes: 300_000, blockBytes: 50_000 };
        const first = await readAll(session, sqls, small);
        const slow = new ChunkStore();
        const put = slow.putChunk;
        const second = await readAll(session, sqls, {
          ...small,
          store: slow,
          putChunk: async (parts) => {
            await new Promise((done) => setTimeout(done, 15));
            return put(parts);
          },
        });
        expect(second.pieces).toEqual(first.pieces);
        const chunks = first.pieces.flatMap((piece) => piece.chunks);
        expect(chunks.length).toBeGreaterThan(10);
        for (const chunk of chunks) {
          expect(chunk.stored).toBeLessThan(600_000);
          const stored = first.store.get(chunk.name);
          const { rows, bytes, digest } = chunk;
          expect(await scanChunk(stored, 'zstd')).toEqual({ rows, bytes, digest });
        }
        const [whole] = first.pieces;
        expect(addDigests(...(whole?.chunks ?? []).map(({ digest }) => digest))).toBe(whole?.digest);
        expect(whole?.rows).toBe(60_000);
      }),
    );
  });

  it('of 100 MB pass with bounded memory and lie alone in their chunk', async () => {
    await withDatabase({ cluster: 'source' }, (url) =>
      withClient(url, async (session) => {
        await session.query(`create table t (id int, note text); create table copy (like t)`);
        await session.query(`insert into t select i, md5(i::text) from generate_series(1, 1000) i`);
        await session.query(
          `insert into t select 0, repeat(string_agg(md5(i::text), ''), 100) from generate_series(1, 32768) i`,
        );
        await session.query(`insert into t select i, md5(i::text) from generate_series(1001, 2000) i`);
        const before = process.memoryUsage.rss();
        let peak = before;
        const timer = setInterval(() => {
          peak = Math.max(peak, process.memoryUsage.rss());
        }, 5);
        const { pieces, store } = await readAll(session, ['copy t to stdout'], { chunkBytes: 1_000_000 });
        clearInterval(timer);
        const stored = pieces[0]?.chunks.reduce((sum, chunk) => sum + chunk.stored, 0) ?? 0;
        // The fake store above holds each chunk a second time.
        expect(peak - before).toBeLessThan(120e6 + 2 * stored);
        expect(pieces[0]?.chunks.map(({ rows }) => rows)).toEqual([1000, 1, 1000]);
        await loadAll(session, 'copy', { pieces, store, codec: 'zstd' });
        expect(await query(session, 'select count(*) as n, max(length(note)) as longest from copy')).toEqual({
          n: '2001',
          longest: String(32768 * 3200),
        });
      }),
    );
  });
});
