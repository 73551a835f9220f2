import type { RowCounts } from '#lib/digest/row-counts.ts';
import type { RowKernel } from '#lib/digest/row-kernel.ts';
import { withRowScanner } from '#lib/digest/with-row-scanner.ts';
import { DamagedError } from '#lib/errors/damaged-error.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { copyIn } from '#lib/postgres/copy-in.ts';
import type { Session } from '#lib/postgres/session.ts';
import type { Codec } from './codec.ts';
import { decodeBlocks } from './decode-blocks.ts';
import { scanChunk } from './scan-chunk.ts';

export interface LoadChunkOptions {
  /** `copy t (...) from stdin`; other statements may stand before it in the same string. */
  sql: string;
  stored: Buffer;
  codec: Codec;
  expected: RowCounts;
  /** What the chunk belongs to, for messages. */
  object: string;
}

/**
 * Loads one chunk inside the caller's open transaction. It is decoded and hashed on its way, and the COPY ends well only
 * when counts and digest are the expected ones; after any error the caller rolls back, and the session is usable.
 * @throws DamagedError naming the object, or pg's DatabaseError as it came.
 */
export async function loadChunk(session: Session, options: LoadChunkOptions): Promise<void> {
  const { sql, stored, codec, expected, object } = options;
  const told = await withRowScanner(async (kernel) => {
    try {
      return await copyIn(session, { sql, blocks: checkBlocks(kernel, options) });
    } catch (cause) {
      // Damaged rows can offend the server before the damage shows here.
      if (!(cause instanceof DamagedError) && !(await isWhole(stored, codec, expected))) throw damaged(object, cause);
      throw cause;
    }
  });
  if (told !== expected.rows) {
    throw new UnavailableError(`${object}: ${expected.rows} rows were sent, the server took ${told}.`, {
      code: 'row_count',
      hint: 'Look for a trigger or rule on the table that leaves rows out.',
    });
  }
}

async function* checkBlocks(kernel: RowKernel, options: LoadChunkOptions): AsyncGenerator<Buffer> {
  const { stored, codec, expected, object } = options;
  try {
    for await (const block of decodeBlocks(stored, codec)) {
      kernel.scan(block);
      yield block;
    }
  } catch (cause) {
    throw damaged(object, cause);
  }
  if (!kernel.atRowBorder || !isSame(kernel.takeCounts(), expected)) throw damaged(object);
}

async function isWhole(stored: Buffer, codec: Codec, expected: RowCounts): Promise<boolean> {
  try {
    return isSame(await scanChunk(stored, codec), expected);
  } catch (error) {
    if (error instanceof DamagedError) return false;
    throw error;
  }
}

function isSame(a: RowCounts, b: RowCounts): boolean {
  return a.rows === b.rows && a.bytes === b.bytes && a.digest === b.digest;
}

function damaged(object: string, cause?: unknown): DamagedError {
  return new DamagedError(`${object}: a chunk of rows is not what the manifest says.`, {
    code: 'chunk_damaged',
    hint: 'Nothing of it was committed. Restore another backup; `holdfast verify` lists what is damaged.',
    cause,
  });
}
