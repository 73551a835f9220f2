import { formatDigest } from './add-digests.ts';
import { kernelBase64 } from './kernel.wasm.ts';
import type { RowCounts } from './row-counts.ts';

/** Why `parse` stopped; the numbers are those of kernel/kernel.ts. */
export const parseStop = {
  inputUsedUp: 0,
  blockFull: 1,
  message: 2,
  rowEnd: 3,
  notOneRow: 4,
  badLength: 5,
} as const;

interface KernelExports {
  readonly rows: WebAssembly.Global<'i64'>;
  readonly bytes: WebAssembly.Global<'i64'>;
  readonly digest: WebAssembly.Global<'i64'>;
  readonly position: WebAssembly.Global<'i32'>;
  readonly blockPosition: WebAssembly.Global<'i32'>;
  readonly messageType: WebAssembly.Global<'i32'>;
  readonly messageLength: WebAssembly.Global<'i32'>;
  readonly rowLeft: WebAssembly.Global<'i32'>;
  readonly rowBegun: WebAssembly.Global<'i32'>;
  reset(hash: number): void;
  resetCounts(): void;
  setBlock(start: number, end: number): void;
  setStopAtRowEnd(stop: number): void;
  hashBytes(start: number, end: number): bigint;
  parse(from: number, end: number): number;
  scan(from: number, end: number): void;
}

export interface RowKernelOptions {
  /** Output blocks that exist side by side. */
  blocks: number;
  blockBytes: number;
  /** False leaves the digest at zero. */
  digest: boolean;
}

const inputStart = 1024;
/** The most bytes that one `load` takes. */
const inputBytes = 256 * 1024;
// Copies inside the kernel go in 16-byte steps and may touch that much behind an area.
const slack = 64;
const pageBytes = 65_536;

let compiled: WebAssembly.Module | undefined;

/**
 * One WebAssembly instance with its memory: an input area and some output blocks. It walks a backend's byte stream
 * (`load`, `parse`) or plain COPY text (`scan`) and keeps the counts of the rows that went by.
 */
export class RowKernel {
  readonly #exports: KernelExports;
  readonly #input: Uint8Array;
  readonly #blocks: readonly Uint8Array[];
  #block = 0;
  #from = inputStart;
  #end = inputStart;

  constructor(options: RowKernelOptions) {
    const blocksStart = inputStart + inputBytes + slack;
    const stride = options.blockBytes + slack;
    const pages = Math.ceil((blocksStart + stride * options.blocks) / pageBytes);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    compiled ??= new WebAssembly.Module(Buffer.from(kernelBase64, 'base64'));
    const instance = new WebAssembly.Instance(compiled, { env: { memory } });
    // The binary is generated from kernel/kernel.ts, whose exports these are.
    this.#exports = instance.exports as unknown as KernelExports;
    this.#input = new Uint8Array(memory.buffer, inputStart, inputBytes);
    this.#blocks = Array.from(
      { length: options.blocks },
      (_, index) => new Uint8Array(memory.buffer, blocksStart + index * stride, options.blockBytes),
    );
    this.reset(options);
  }

  /** Forgets everything but the blocks. */
  reset({ digest }: { digest: boolean }): void {
    this.#exports.reset(digest ? 1 : 0);
    this.#from = this.#end = inputStart;
    if (this.#blocks.length > 0) this.selectBlock(0);
  }

  /** Copies as many bytes as fit into the empty input area; returns where the rest begins. */
  load(data: Uint8Array, offset: number): number {
    const end = Math.min(data.length, offset + inputBytes);
    this.#input.set(offset === 0 && end === data.length ? data : data.subarray(offset, end));
    this.#from = inputStart;
    this.#end = inputStart + end - offset;
    return end;
  }

  get inputLeft(): number {
    return this.#end - this.#from;
  }

  /** Walks the loaded bytes of a backend up to the next thing that JavaScript has to see; see `parseStop`. */
  parse(): number {
    const stop = this.#exports.parse(this.#from, this.#end);
    this.#from = this.#exports.position.value;
    return stop;
  }

  /** Copies out up to `length` of the loaded bytes: the body of a message that is no CopyData. */
  takeInput(length: number): Uint8Array {
    const from = this.#from - inputStart;
    const taken = this.#input.slice(from, from + Math.min(length, this.inputLeft));
    this.#from += taken.length;
    return taken;
  }

  /** Counts and hashes plain COPY text; a row may go on in the next call. */
  scan(text: Uint8Array): void {
    for (let offset = 0; offset < text.length; ) {
      offset = this.load(text, offset);
      this.#exports.scan(this.#from, this.#end);
      this.#from = this.#end;
    }
  }

  /** XXH64 (seed 0) of up to 256 KiB. */
  hash(bytes: Uint8Array): bigint {
    this.load(bytes, 0);
    return BigInt.asUintN(64, this.#exports.hashBytes(this.#from, this.#end));
  }

  /** Rows go to the beginning of this block from now on. */
  selectBlock(index: number): void {
    const block = this.#blocks[index];
    if (block === undefined) throw new RangeError(`The row kernel has no block ${index}.`);
    this.#block = index;
    this.#exports.setBlock(block.byteOffset, block.byteOffset + block.length);
  }

  /** The block in use is written from its beginning again. */
  rewindBlock(): void {
    this.selectBlock(this.#block);
  }

  /** The written part of the block in use; a view that lasts until the block is used again. */
  get written(): Uint8Array {
    const block = this.#blocks[this.#block];
    return block === undefined
      ? new Uint8Array()
      : block.subarray(0, this.#exports.blockPosition.value - block.byteOffset);
  }

  /** True makes `parse` stop at the end of the row it is in. */
  stopAtRowEnd(stop: boolean): void {
    this.#exports.setStopAtRowEnd(stop ? 1 : 0);
  }

  /** No byte of an unfinished row lies in the block. */
  get atRowBorder(): boolean {
    return this.#exports.rowBegun.value === 0;
  }

  /** Bytes that the current row still needs; at a row border the length of the row whose header has been read. */
  get rowLeft(): number {
    return this.#exports.rowLeft.value;
  }

  get messageType(): number {
    return this.#exports.messageType.value;
  }

  get messageLength(): number {
    return this.#exports.messageLength.value;
  }

  /** The counts since the last call. */
  takeCounts(): RowCounts {
    const { rows, bytes, digest } = this.#exports;
    const counts = { rows: Number(rows.value), bytes: Number(bytes.value), digest: formatDigest(digest.value) };
    this.#exports.resetCounts();
    return counts;
  }
}
