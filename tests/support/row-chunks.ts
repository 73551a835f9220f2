import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import zlib from 'node:zlib';
import { expect } from 'vitest';
import type { Session } from '#lib/postgres/session.ts';
import type { Codec } from '#lib/rows/codec.ts';
import { loadChunk } from '#lib/rows/load-chunk.ts';
import { type Piece, type ReadPiece, type ReadPiecesOptions, readPieces } from '#lib/rows/read-pieces.ts';
import { splitZstdFrames } from '#lib/rows/zstd-frames.ts';

/** Chunks in memory, by name. */
export class ChunkStore {
  readonly objects = new Map<string, Buffer>();

  readonly putChunk = (parts: Uint8Array[]): Promise<{ name: string; stored: number }> => {
    const bytes = Buffer.concat(parts);
    const name = createHash('sha256').update(bytes).digest('hex');
    this.objects.set(name, bytes);
    return Promise.resolve({ name, stored: bytes.length });
  };

  get(name: string): Buffer {
    const bytes = this.objects.get(name);
    if (bytes === undefined) throw new Error(`no chunk ${name}`);
    return bytes;
  }
}

/** Reads statements into chunks of a store. */
export async function readAll(
  session: Session,
  sqls: Iterable<string>,
  options: Partial<ReadPiecesOptions> & { store?: ChunkStore } = {},
): Promise<{ pieces: ReadPiece[]; store: ChunkStore }> {
  const { store = new ChunkStore(), ...rest } = options;
  const pieces: ReadPiece[] = [];
  let id = 0;
  function* list(): Generator<Piece> {
    for (const sql of sqls) yield { id: id++, sql };
  }
  for await (const piece of readPieces(session, list(), { codec: 'zstd', putChunk: store.putChunk, ...rest })) {
    pieces.push(piece);
  }
  return { pieces, store };
}

/** All rows as the zstd program decodes them. */
export async function textOf(pieces: readonly ReadPiece[], store: ChunkStore): Promise<string> {
  const parts = pieces.flatMap(({ chunks }) => chunks.map(({ name }) => store.get(name)));
  const stored = Buffer.concat(parts);
  const unzip = spawnSync('zstd', ['-dc'], { input: stored, maxBuffer: 1 << 28 });
  if (unzip.error !== undefined) {
    console.warn(`zstd is not installed (${unzip.error.message}): the chunks are decoded by Node only.`);
    return Buffer.concat([...splitZstdFrames(stored)].map((frame) => zlib.zstdDecompressSync(frame))).toString();
  }
  expect(unzip.stderr.toString()).toBe('');
  return unzip.stdout.toString();
}

/** The first row, as the session shows its values. */
export async function query(session: Session, sql: string): Promise<Record<string, string | null>> {
  const { rows } = await session.query<Record<string, string | null>>(sql);
  return rows[0] ?? {};
}

/** Makes a table `t` of this many rows, each about 32 times `width` bytes long. */
export const numbers = (count: number, width: number): string =>
  `create table t as select i as id, md5(i::text) || repeat(md5((i * 7)::text), ${width}) as note from generate_series(1, ${count}) i`;

/** Loads all chunks of the pieces in one transaction. */
export async function loadAll(
  session: Session,
  table: string,
  source: { pieces: readonly ReadPiece[]; store: ChunkStore; codec: Codec },
): Promise<void> {
  await session.query('begin');
  for (const chunk of source.pieces.flatMap(({ chunks }) => chunks)) {
    await loadChunk(session, {
      sql: `copy ${table} from stdin`,
      stored: source.store.get(chunk.name),
      codec: source.codec,
      expected: chunk,
      object: `table ${table}`,
    });
  }
  await session.query('commit');
}
