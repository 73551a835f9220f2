import { Readable } from 'node:stream';
import zlib from 'node:zlib';
import type { Codec } from './codec.ts';
import { splitZstdFrames } from './zstd-frames.ts';

/** About a block's length, so that a block is decoded by one call. */
const outputBytes = 1024 * 1024 + 64;

/**
 * The COPY text of a chunk, block by block; memory hangs on the block's length, not on the chunk's.
 * @throws BadFrameError, or Node's zlib error, for bytes that do not decode.
 */
export function decodeBlocks(stored: Buffer, codec: Codec): AsyncGenerator<Buffer> {
  return codec === 'zstd' ? decodeZstd(stored) : decodeGzip(stored);
}

async function* decodeZstd(stored: Buffer): AsyncGenerator<Buffer> {
  let ahead: Promise<Buffer> | undefined;
  for (const frame of splitZstdFrames(stored)) {
    const block = ahead;
    ahead = decodeFrame(frame);
    // It is awaited one turn later.
    ahead.catch(() => undefined);
    if (block !== undefined) yield await block;
  }
  if (ahead !== undefined) yield await ahead;
}

function decodeFrame(frame: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    zlib.zstdDecompress(frame, { chunkSize: outputBytes }, (error, block) => (error ? reject(error) : resolve(block)));
  });
}

async function* decodeGzip(stored: Buffer): AsyncGenerator<Buffer> {
  const gunzip = zlib.createGunzip({ chunkSize: outputBytes });
  Readable.from([stored]).pipe(gunzip);
  for await (const block of gunzip) yield block;
}
