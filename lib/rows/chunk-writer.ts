import { addCounts } from '#lib/digest/add-counts.ts';
import { noRows, type RowCounts } from '#lib/digest/row-counts.ts';
import type { RowKernel } from '#lib/digest/row-kernel.ts';
import type { ChunkRef } from '#lib/manifest/chunk-ref.ts';
import { type BlockEncoder, type Codec, openEncoder } from './codec.ts';

/** Stores the parts, one after the other, as one object. */
export type PutChunk = (parts: Uint8Array[]) => Promise<{ name: string; stored: number }>;

/** What has been read (rows, bytes of COPY text) and compressed (stored) since the last call. */
export interface RowsDelta {
  rows: number;
  bytes: number;
  stored: number;
}

export interface ChunkWriterOptions {
  kernel: RowKernel;
  /** Blocks of the kernel. */
  blocks: number;
  blockBytes: number;
  chunkBytes: number;
  codec: Codec;
  putChunk: PutChunk;
  onProgress?: ((delta: RowsDelta) => void) | undefined;
}

interface Block {
  bytes: number;
  stored: number;
  frame: Promise<Uint8Array[]>;
}

/** A chunk of well compressible rows ends at this many times its stored length, so that one COPY can load it. */
const maxRatio = 16;

/** Chunks of one session that are being stored at the same time, however small. */
const maxPuts = 16;

/**
 * Cuts the kernel's blocks into chunks at row borders, compresses them and has them stored. Where a chunk ends hangs
 * on the rows alone: the compressed lengths that count are those of blocks which must be done by then.
 */
export class ChunkWriter {
  readonly #options: ChunkWriterOptions;
  /** The block that is being written, counted from the first; it lies in slot `index % blocks`. */
  #index = 0;
  readonly #frames: (Promise<unknown> | undefined)[] = [];
  #encoder: BlockEncoder | undefined;
  #chunk: Block[] = [];
  #counts: RowCounts = noRows;
  /** Chunks on their way into the repository. */
  #puts: { bytes: number; done: Promise<ChunkRef> }[] = [];
  #piece: { counts: RowCounts; chunks: Promise<ChunkRef>[] } = { counts: noRows, chunks: [] };

  constructor(options: ChunkWriterOptions) {
    this.#options = options;
  }

  /** Takes the kernel's block and gives it another; wait for what it answers before the next call. */
  takeBlock(): undefined | Promise<void> {
    const { kernel, chunkBytes, blockBytes } = this.#options;
    this.#compress();
    const longRow = kernel.rowLeft > blockBytes ? kernel.rowLeft : 0;
    const length = this.#estimate();
    const cut = kernel.atRowBorder && this.#chunk.length > 0 && length + longRow >= chunkBytes;
    if (cut) this.#endChunk(length);
    kernel.stopAtRowEnd(!kernel.atRowBorder);
    return this.#nextBlock(cut);
  }

  /** Takes the last block of a piece; `chunks` is fulfilled when all are stored. */
  takeLastBlock(): { counts: RowCounts; chunks: Promise<ChunkRef[]>; next: undefined | Promise<void> } {
    this.#compress();
    if (this.#chunk.length > 0) this.#endChunk(this.#estimate());
    this.#options.kernel.stopAtRowEnd(false);
    const { counts, chunks } = this.#piece;
    this.#piece = { counts: noRows, chunks: [] };
    return { counts, chunks: Promise.all(chunks), next: this.#nextBlock(true) };
  }

  #compress(): void {
    const { kernel, blocks, codec, onProgress } = this.#options;
    const { written } = kernel;
    const counts = kernel.takeCounts();
    this.#counts = addCounts(this.#counts, counts);
    if (written.length === 0) return;
    this.#encoder ??= openEncoder(codec, blocks);
    const block: Block = { bytes: written.length, stored: 0, frame: this.#encoder.encode(written) };
    const done = block.frame.then((parts) => {
      block.stored = totalLength(parts);
      onProgress?.({ rows: 0, bytes: 0, stored: block.stored });
    });
    // Whoever needs the slot or the chunk awaits it; until then a failure has nobody to tell.
    done.catch(() => undefined);
    this.#frames[this.#index % blocks] = done;
    this.#chunk.push(block);
    this.#index++;
    onProgress?.({ rows: counts.rows, bytes: counts.bytes, stored: 0 });
  }

  /** The chunk's stored length: blocks that must be done by now count as they are, the others as those before them. */
  #estimate(): number {
    const sure = this.#chunk.slice(0, Math.max(0, this.#chunk.length - this.#options.blocks));
    const open = this.#chunk.slice(sure.length);
    const stored = sum(sure.map((block) => block.stored));
    const bytes = sum(sure.map((block) => block.bytes));
    const openBytes = sum(open.map((block) => block.bytes));
    return Math.max(stored + openBytes * (bytes === 0 ? 1 : stored / bytes), (bytes + openBytes) / maxRatio);
  }

  #endChunk(length: number): void {
    const done = this.#put(this.#chunk, this.#counts, this.#encoder);
    done.catch(() => undefined);
    this.#puts.push({ bytes: length, done });
    this.#piece.chunks.push(done);
    this.#piece.counts = addCounts(this.#piece.counts, this.#counts);
    this.#chunk = [];
    this.#counts = noRows;
    this.#encoder = undefined;
  }

  async #put(chunk: readonly Block[], counts: RowCounts, encoder: BlockEncoder | undefined): Promise<ChunkRef> {
    const results = await Promise.allSettled(chunk.map((block) => block.frame));
    encoder?.close();
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    const parts = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
    const { name, stored } = await this.#options.putChunk(parts);
    return { name, stored, ...counts };
  }

  /** Waits for the slot's former block and, behind a chunk's end, for room among the chunks that are being stored. */
  #nextBlock(behindChunk: boolean): undefined | Promise<void> {
    const { kernel, blocks } = this.#options;
    const slot = this.#index % blocks;
    kernel.selectBlock(slot);
    const open = this.#frames[slot];
    this.#frames[slot] = undefined;
    if (open === undefined && !(behindChunk && this.#isCrowded())) return undefined;
    return this.#makeRoom(open);
  }

  /** One large chunk may be on its way while the next is read, or many small ones. */
  #isCrowded(): boolean {
    const { length } = this.#puts;
    return length > maxPuts || (length > 1 && sum(this.#puts.map((put) => put.bytes)) > this.#options.chunkBytes);
  }

  async #makeRoom(open: Promise<unknown> | undefined): Promise<void> {
    await open;
    while (this.#isCrowded()) {
      await this.#puts[0]?.done;
      this.#puts.shift();
    }
  }
}

function totalLength(parts: readonly Uint8Array[]): number {
  return sum(parts.map((part) => part.length));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
