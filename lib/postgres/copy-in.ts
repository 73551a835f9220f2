import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import type { Session, WireQuery } from './session.ts';
import { decodeCopyTag, encodeMessage, encodeQuery, frontendMessage, type WireStream } from './wire.ts';

/** One CopyData message; the server keeps a whole one in memory, and small ones stay in its processor's cache. */
const messageBytes = 64 * 1024;

export interface CopyInOptions {
  /** `copy ... from stdin`; other statements may stand before it in the same string. */
  sql: string;
  /** COPY text, cut anywhere. What it throws ends the COPY with CopyFail, and is what `copyIn` throws. */
  blocks: AsyncIterable<Uint8Array>;
}

/**
 * Sends COPY text and answers with the rows the server says it took. A block is pulled when the one before it has left
 * for the socket's buffer. The session is usable again afterwards; a failed COPY has failed its transaction.
 * @throws pg's DatabaseError, what `blocks` throws, or what pg reports for a lost connection.
 */
export async function copyIn(session: Session, options: CopyInOptions): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  session.query(new CopyInWriter(options, { resolve, reject }));
  const rows = await promise;
  if (rows !== undefined) return rows;
  throw new UnavailableError('The server did not answer COPY FROM STDIN with a row count.', {
    code: 'copy_protocol',
    hint: 'Check what stands between Holdfast and the server: a pooler or proxy that changes the stream.',
  });
}

class CopyInWriter implements WireQuery {
  readonly #options: CopyInOptions;
  readonly #outcome: { resolve(rows: number | undefined): void; reject(reason: unknown): void };
  #stream: WireStream | undefined;
  #ended = false;
  #rows: number | undefined;
  /** What `blocks` threw; it outranks the server's answer to CopyFail. */
  #failure: { reason: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(
    options: CopyInOptions,
    outcome: { resolve(rows: number | undefined): void; reject(reason: unknown): void },
  ) {
    this.#options = options;
    this.#outcome = outcome;
  }

  submit(connection: Session['connection']): void {
    this.#stream = connection.stream;
    this.#stream.write(encodeQuery(this.#options.sql));
  }

  handleCopyInResponse(): void {
    if (this.#stream !== undefined) void this.#send(this.#stream);
  }

  /** Results of statements before the COPY are of no interest. */
  handleRowDescription(): void {}

  handleDataRow(): void {}

  handleCommandComplete(message: { text: string }): void {
    this.#rows = decodeCopyTag(message.text) ?? this.#rows;
  }

  handleReadyForQuery(): void {
    this.#end();
    this.#outcome.resolve(this.#rows);
  }

  handleError(error: unknown): void {
    this.#end();
    this.#outcome.reject(this.#failure === undefined ? error : this.#failure.reason);
  }

  #end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async #send(stream: WireStream): Promise<void> {
    const wake = (): void => this.#wake?.();
    stream.on('drain', wake);
    try {
      for await (const block of this.#options.blocks) {
        if (this.#ended) return;
        if (!writeBlock(stream, block)) await this.#drained();
        // An error means that the server reads on to the end of what was sent, and drops it.
        if (this.#ended) return;
      }
      stream.write(encodeMessage(frontendMessage.copyDone, new Uint8Array()));
    } catch (reason) {
      if (this.#ended) return;
      this.#failure = { reason };
      stream.write(encodeMessage(frontendMessage.copyFail, Buffer.from('the rows are damaged or were aborted\0')));
    } finally {
      stream.removeListener('drain', wake);
    }
  }

  async #drained(): Promise<void> {
    await new Promise<void>((wake) => {
      this.#wake = wake;
    });
    this.#wake = undefined;
  }
}

const fullHeader = copyDataHeader(messageBytes);

/** Frames a block without copying it; false asks to wait for `drain`. */
function writeBlock(stream: WireStream, block: Uint8Array): boolean {
  let ready = true;
  stream.cork();
  for (let offset = 0; offset < block.length; offset += messageBytes) {
    const part = block.subarray(offset, offset + messageBytes);
    stream.write(part.length === messageBytes ? fullHeader : copyDataHeader(part.length));
    ready = stream.write(part);
  }
  stream.uncork();
  return ready;
}

function copyDataHeader(length: number): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt8(frontendMessage.copyData, 0);
  header.writeUInt32BE(length + 4, 1);
  return header;
}
