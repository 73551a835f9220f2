import { promisify } from 'node:util';
import { gzip, zstdCompress } from 'node:zlib';
import { describeRowSource } from '#lib/catalog/read-row-sources.ts';
import type { ChunkRef } from '#lib/manifest/chunk-ref.ts';
import type { ManifestTable } from '#lib/manifest/manifest.ts';
import type { Repository } from '#lib/repository/repository.ts';
import type { Codec } from '#lib/rows/codec.ts';
import type { ScriptPart } from './script-part.ts';

const compress = { zstd: promisify(zstdCompress), gzip: promisify(gzip) };

/**
 * A script as one compressed stream. Stored frames go through as they are, whatever stands between them is compressed
 * as a frame of its own: zstd frames follow one another (RFC 8878, section 3), and so do gzip members (RFC 1952,
 * section 2.2). Holds two chunks at a time. @throws DamagedError where a chunk is not what its name says.
 */
export async function* scriptBytes(
  repository: Repository,
  { parts, codec }: { parts: readonly ScriptPart[]; codec: Codec },
): AsyncGenerator<Uint8Array> {
  let text = '';
  const take = async (): Promise<Uint8Array[]> => {
    const pending = text;
    text = '';
    return pending === '' ? [] : [await compress[codec](Buffer.from(pending))];
  };
  for (const part of parts) {
    text += part.kind === 'sql' ? part.text : part.before;
    if (part.kind === 'sql') continue;
    let first = true;
    for await (const stored of readChunks(repository, part.table, part.table.chunks)) {
      if (!first && part.around === 'each') text += part.after + part.before;
      first = false;
      yield* await take();
      yield stored;
    }
    text += part.after;
  }
  yield* await take();
}

/** Chunks of a table one after the other, each checked; the next one is read while the one before is used. */
export async function* readChunks(
  repository: Repository,
  table: ManifestTable,
  chunks: readonly ChunkRef[],
): AsyncGenerator<Buffer> {
  const read = (chunk: ChunkRef | undefined): Promise<Buffer> | undefined => {
    const bytes = chunk && repository.getChunk(chunk.name, { object: describeRowSource(table), size: chunk.stored });
    // An error is that of its own turn, which may never come.
    bytes?.catch(() => undefined);
    return bytes;
  };
  let ahead = read(chunks[0]);
  for (let next = 1; ahead !== undefined; next++) {
    const stored = await ahead;
    ahead = read(chunks[next]);
    yield stored;
  }
}
