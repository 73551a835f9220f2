import type { RowCounts } from '#lib/digest/row-counts.ts';
import { RowKernel } from '#lib/digest/row-kernel.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import type { ChunkRef } from '#lib/manifest/chunk-ref.ts';
import { copyOut } from '#lib/postgres/copy-out.ts';
import type { Session } from '#lib/postgres/session.ts';
import { ChunkWriter, type PutChunk, type RowsDelta } from './chunk-writer.ts';
import type { Codec } from './codec.ts';
import { ResultQueue } from './result-queue.ts';

const mebibyte = 1024 * 1024;
/** One block is being written while the others are compressed. */
const blocks = 4;

/** One COPY TO STDOUT statement in text format; `id` comes back with its result. */
export interface Piece {
  id: number;
  sql: string;
}

export interface ReadPiecesOptions {
  codec: Codec;
  putChunk: PutChunk;
  /** Stored bytes at which a chunk ends, 24 MiB; it may be passed by a few blocks, and by a row that is longer. */
  chunkBytes?: number;
  /** COPY text per compressed block, 1 MiB. */
  blockBytes?: number;
  /** False leaves digests at zero (to measure what they cost). */
  digest?: boolean;
  onProgress?: (delta: RowsDelta) => void;
  signal?: AbortSignal;
}

/** What one piece held; `digest` and counts are those of its chunks together. */
export interface ReadPiece extends RowCounts {
  id: number;
  chunks: ChunkRef[];
}

/**
 * Reads pieces into chunks, in order; the server goes from one statement to the next without a pause, so up to
 * four are pulled before the first of them is done. A chunk holds whole rows of one piece (an empty piece has none), and the
 * same rows give the same bytes. Memory: a few blocks and about two chunks. Nobody else may use the session meanwhile.
 * @throws pg's DatabaseError, after the pieces that were whole: the session is usable again (roll back first).
 *   Anything else, an abort, a failing `putChunk` or leaving the loop early closes the connection.
 */
export async function* readPieces(
  session: Session,
  pieces: Iterable<Piece>,
  options: ReadPiecesOptions,
): AsyncGenerator<ReadPiece> {
  const { blockBytes = mebibyte, chunkBytes = 24 * mebibyte, digest = true } = options;
  const kernel = new RowKernel({ blocks, blockBytes, digest });
  const { codec, putChunk, onProgress } = options;
  const writer = new ChunkWriter({ kernel, blocks, blockBytes, chunkBytes, codec, putChunk, onProgress });
  const ids: number[] = [];
  const results = new ResultQueue<Promise<ReadPiece>>();
  const leaving = new AbortController();

  function* statements(): Generator<string> {
    for (const { id, sql } of pieces) {
      ids.push(id);
      yield sql;
    }
  }

  const copying = copyOut(session, {
    kernel,
    statements: statements(),
    onBlock: () => writer.takeBlock(),
    onStatementEnd: (rows) => {
      const { counts, chunks, next } = writer.takeLastBlock();
      if (rows !== counts.rows) {
        // Nobody waits for them any more; a rejection that nobody hears ends the process.
        chunks.catch(() => undefined);
        throw miscounted(rows, counts.rows);
      }
      const id = ids.shift() ?? -1;
      const result = chunks.then((refs) => ({ id, ...counts, chunks: refs }));
      // It is awaited when its turn comes; a failure closes the connection then.
      result.catch((cause) => leaving.abort(cause));
      results.push(result);
      return next;
    },
    signal: options.signal ? AbortSignal.any([options.signal, leaving.signal]) : leaving.signal,
  }).then(
    () => results.end(),
    (cause: unknown) => results.fail(cause),
  );
  try {
    for await (const result of results) yield await result;
  } finally {
    leaving.abort(new Error('The reader of the pieces has left.'));
    await copying;
  }
}

function miscounted(told: number, counted: number): UnavailableError {
  return new UnavailableError(`The server says it sent ${told} rows, ${counted} arrived.`, {
    code: 'row_count',
    hint: 'Check what stands between Holdfast and the server: a pooler or proxy that changes the stream.',
  });
}
