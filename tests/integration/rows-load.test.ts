import zlib from 'node:zlib';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { DamagedError } from '#lib/errors/damaged-error.ts';
import type { Session } from '#lib/postgres/session.ts';
import type { Codec } from '#lib/rows/codec.ts';
import { digestRows } from '#lib/rows/digest-rows.ts';
import { loadChunk } from '#lib/rows/load-chunk.ts';
import type { ReadPiece } from '#lib/rows/read-pieces.ts';
import { scanChunk } from '#lib/rows/scan-chunk.ts';
import { numbers, query, readAll } from '#tests/support/row-chunks.ts';
import { startTcpProxy } from '#tests/support/tcp-proxy.ts';
import { withDatabase } from '#tests/support/test-database.ts';
import { withClient } from '#tests/support/with-client.ts';

describe('loading a chunk', () => {
  const prepare = async (session: Session, codec: Codec): Promise<{ stored: Buffer; piece: ReadPiece }> => {
    await session.query(numbers(30_000, 2));
    await session.query('create table copy (like t); create unique index on copy (id)');
    const { pieces, store } = await readAll(session, ['copy t to stdout'], { codec, blockBytes: 200_000 });
    const [piece] = pieces;
    const name = piece?.chunks[0]?.name;
    if (piece === undefined || name === undefined) throw new Error('one chunk was due');
    return { stored: store.get(name), piece };
  };
  const load = async (session: Session, stored: Buffer, piece: ReadPiece, codec: Codec): Promise<void> => {
    await session.query('begin');
    try {
      await loadChunk(session, { sql: 'copy copy from stdin', stored, codec, expected: piece, object: 'table copy' });
      await session.query('commit');
    } catch (cause) {
      await session.query('rollback');
      throw cause;
    }
  };

  for (const codec of ['zstd', 'gzip'] as const) {
    it(`finds truncated and changed ${codec} bytes before a row is committed`, async () => {
      await withDatabase({ cluster: 'source' }, (url) =>
        withClient(url, async (session) => {
          const { stored, piece } = await prepare(session, codec);
          const broken: Buffer[] = [];
          for (const cut of [1, 5, Math.floor(stored.length / 2), stored.length - 1])
            broken.push(stored.subarray(0, cut));
          for (const at of [0, 2, 10, Math.floor(stored.length / 3), stored.length - 3]) {
            const flipped = Buffer.from(stored);
            flipped.writeUInt8(flipped.readUInt8(at) ^ 0x10, at);
            broken.push(flipped);
          }
          if (codec === 'zstd') broken.push(Buffer.alloc(0), zlib.zstdCompressSync('1\tother\n'));
          const { rows, bytes: length, digest } = piece;
          expect(await scanChunk(stored, codec)).toEqual({ rows, bytes: length, digest });
          for (const bytes of broken) {
            // What decodes and ends with a row is told by its counts.
            const counts = await scanChunk(bytes, codec).catch((error: unknown) => error);
            if (!(counts instanceof DamagedError)) expect(counts).not.toEqual({ rows, bytes: length, digest });
            const loading = load(session, bytes, piece, codec);
            await expect(loading).rejects.toBeInstanceOf(DamagedError);
            await expect(loading).rejects.toThrow('table copy');
          }
          expect(await query(session, 'select count(*) as n from copy')).toEqual({ n: '0' });
          await load(session, stored, piece, codec);
          expect(await query(session, 'select count(*) as n from copy')).toEqual({ n: '30000' });
        }),
      );
    });
  }

  it('throws the server’s own error and leaves the session usable', async () => {
    await withDatabase({ cluster: 'source' }, (url) =>
      withClient(url, async (session) => {
        const { stored, piece } = await prepare(session, 'zstd');
        await session.query('insert into copy select * from t where id = 15000');
        await expect(load(session, stored, piece, 'zstd')).rejects.toMatchObject({ code: '23505', table: 'copy' });
        await session.query('truncate copy');
        await session.query('begin');
        await expect(
          loadChunk(session, { sql: 'copy missing from stdin', stored, codec: 'zstd', expected: piece, object: 'x' }),
        ).rejects.toMatchObject({ code: '42P01' });
        await session.query('rollback');
        await load(session, stored, piece, 'zstd');
        expect(await digestRows(session, ['copy copy to stdout'])).toMatchObject({ digest: piece.digest });
      }),
    );
  });

  it('rejects promptly when the connection is cut in the middle', async () => {
    await withDatabase({ cluster: 'source' }, (url) =>
      withClient(url, async (admin) => {
        const { stored, piece } = await prepare(admin, 'zstd');
        await using proxy = await startTcpProxy(url);
        const session = new pg.Client({ connectionString: proxy.url });
        session.on('error', () => undefined);
        await session.connect();
        proxy.cutAfter(500_000, 'to-server');
        const loading = loadChunk(session, {
          sql: 'copy copy from stdin',
          stored,
          codec: 'zstd',
          expected: piece,
          object: 'x',
        });
        await expect(loading).rejects.toThrow();
        expect(await query(admin, 'select count(*) as n from copy')).toEqual({ n: '0' });
      }),
    );
  });

  it('takes statements in front of the COPY', async () => {
    await withDatabase({ cluster: 'source' }, (url) =>
      withClient(url, async (session) => {
        const { stored, piece } = await prepare(session, 'zstd');
        await session.query('create table ledger (item text primary key)');
        const sql = `begin; insert into ledger values ('a'); copy copy from stdin`;
        await loadChunk(session, { sql, stored, codec: 'zstd', expected: piece, object: 'x' });
        await session.query('commit');
        expect(
          await query(session, 'select (select count(*) from copy) as n, (select count(*) from ledger) as l'),
        ).toEqual({
          n: '30000',
          l: '1',
        });
      }),
    );
  });
});
