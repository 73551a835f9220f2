import zlib from 'node:zlib';

/** How blocks are compressed; concatenated blocks are valid input of `zstd -d` or `gzip -d`. */
export type Codec = 'zstd' | 'gzip';

/** Compresses the blocks of one chunk off the main thread. */
export interface BlockEncoder {
  /** One zstd frame or gzip member. At most `lanes` at a time; the block may be written over when it is fulfilled. */
  encode(block: Uint8Array): Promise<Uint8Array[]>;
  /** Frees the compressors; no `encode` may be open. */
  close(): void;
}

const level = 1;
/** Compressed bytes of several frames lie side by side in buffers of this size. */
const outputBytes = 2 * 1024 * 1024;

/**
 * An encoder for one chunk, and only one: blocks take turns at the compressors, and a frame's bytes hang on what its
 * compressor did before. With a new encoder a chunk, the same blocks give the same bytes.
 */
export function openEncoder(codec: Codec, lanes: number): BlockEncoder {
  return codec === 'zstd' ? openZstdEncoder(lanes) : { encode: encodeGzip, close: () => undefined };
}

function openZstdEncoder(lanes: number): BlockEncoder {
  const compressors: FrameCompressor[] = [];
  let next = 0;
  return {
    encode: (block) => {
      const lane = next++ % lanes;
      const compressor = compressors[lane] ?? new FrameCompressor();
      compressors[lane] = compressor;
      return compressor.encode(block);
    },
    close: () => {
      for (const compressor of compressors) compressor.close();
    },
  };
}

/** One zstd context and one output buffer for many frames: new ones for each block are mostly page faults. */
class FrameCompressor {
  // ZSTD_e_end as the flush mode makes every write a frame of its own.
  readonly #stream = zlib.createZstdCompress({
    chunkSize: outputBytes,
    flush: zlib.constants.ZSTD_e_end,
    params: { [zlib.constants.ZSTD_c_compressionLevel]: level, [zlib.constants.ZSTD_c_checksumFlag]: 1 },
  });
  #parts: Uint8Array[] = [];

  constructor() {
    this.#stream.on('data', (part: Uint8Array) => this.#parts.push(part));
    // The write's callback gets the error.
    this.#stream.on('error', () => undefined);
  }

  encode(block: Uint8Array): Promise<Uint8Array[]> {
    this.#parts = [];
    const parts = this.#parts;
    return new Promise((resolve, reject) => {
      this.#stream.write(block, (error) => (error ? reject(error) : resolve(parts)));
    });
  }

  close(): void {
    this.#stream.destroy();
  }
}

function encodeGzip(block: Uint8Array): Promise<Uint8Array[]> {
  return new Promise((resolve, reject) => {
    zlib.gzip(block, { level, memLevel: 9, chunkSize: outputBytes / 2 }, (error, member) => {
      // A copy of its own size: the answer is a small view of a large buffer.
      if (error) reject(error);
      else resolve([Buffer.from(member)]);
    });
  });
}
