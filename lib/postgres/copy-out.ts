import { parseStop, type RowKernel } from '#lib/digest/row-kernel.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import type { Session, WireQuery } from './session.ts';
import {
  backendMessage,
  decodeCopyTag,
  decodeError,
  encodeMessage,
  encodeQuery,
  type TakenStream,
  takeStream,
  type WireStream,
} from './wire.ts';

/** Statements on the wire at the same time: the server goes from one to the next without waiting for us. */
const pipelined = 4;

export interface CopyOutOptions {
  kernel: RowKernel;
  /** `copy ... to stdout` in text format, one statement each, pulled a few ahead of the server. */
  statements: Iterator<string>;
  /**
   * A block has ended: it is full, the next row does not fit, or `stopAtRowEnd` asked for it. Takes what is written,
   * and calls `selectBlock`. Nothing is read from the socket until an answered promise is fulfilled.
   */
  onBlock(): undefined | Promise<void>;
  /** A statement is done, in order; `rows` is what the server says it sent. Takes the last block as `onBlock` does. */
  onStatementEnd(rows: number): undefined | Promise<void>;
  signal?: AbortSignal | undefined;
}

/**
 * Runs COPY TO STDOUT statements one after the other and feeds their rows to the kernel, straight from the socket.
 * Nobody else may use the session meanwhile.
 * @throws pg's DatabaseError (the session is usable again, the other statements on the wire are read to their end and
 *   dropped); anything else closes the connection: its own loss, bytes that are no COPY text, what a callback throws,
 *   the signal's reason.
 */
export async function copyOut(session: Session, options: CopyOutOptions): Promise<void> {
  options.signal?.throwIfAborted();
  const first = options.statements.next();
  if (first.done === true) return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const reader = new CopyOutReader(first.value, options, { resolve, reject });
  const abort = (): void => reader.break(options.signal?.reason);
  options.signal?.addEventListener('abort', abort, { once: true });
  try {
    session.query(reader);
    await promise;
  } finally {
    options.signal?.removeEventListener('abort', abort);
  }
}

class CopyOutReader implements WireQuery {
  readonly #first: string;
  readonly #options: CopyOutOptions;
  readonly #outcome: { resolve(): void; reject(reason: unknown): void };
  #stream: WireStream | undefined;
  #taken: TakenStream | undefined;
  /** Statements whose ReadyForQuery has not come. */
  #outstanding = 0;
  #exhausted = false;
  #ended = false;
  /** A callback's promise is open: the stream is paused, and what comes anyway is kept in the backlog. */
  #waiting = false;
  readonly #backlog: Uint8Array[] = [];
  #data: Uint8Array = new Uint8Array();
  #offset = 0;
  #message: { type: number; left: number; parts: Uint8Array[] } | undefined;
  #serverError: unknown;

  constructor(first: string, options: CopyOutOptions, outcome: { resolve(): void; reject(reason: unknown): void }) {
    this.#first = first;
    this.#options = options;
    this.#outcome = outcome;
  }

  submit(connection: Session['connection']): void {
    if (this.#ended) return;
    this.#stream = connection.stream;
    this.#taken = takeStream(connection.stream, (data) => {
      this.#backlog.push(data);
      if (!this.#waiting) this.#run();
    });
    this.#send(this.#first);
    this.#sendMore();
  }

  /** pg calls this when the connection is lost. */
  handleError(error: unknown): void {
    this.#fail(this.#serverError ?? error);
  }

  /** pg calls this for the last ReadyForQuery, which we pass on to it. */
  handleReadyForQuery(): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#serverError === undefined) this.#outcome.resolve();
    else this.#outcome.reject(this.#serverError);
  }

  /** Ends at once and closes the connection. */
  break(reason: unknown): void {
    this.#fail(reason);
    this.#stream?.destroy();
  }

  #fail(reason: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#taken?.giveBack();
    this.#outcome.reject(reason);
  }

  #send(sql: string): void {
    this.#outstanding++;
    this.#stream?.write(encodeQuery(sql));
  }

  #sendMore(): void {
    while (this.#outstanding < pipelined && !this.#exhausted && this.#serverError === undefined) {
      const next = this.#options.statements.next();
      if (next.done === true) this.#exhausted = true;
      else this.#send(next.value);
    }
  }

  #run(): void {
    try {
      while (!this.#ended && !this.#waiting && this.#fill()) {
        const pending = this.#message === undefined ? this.#parse() : this.#readMessage(this.#message);
        if (pending !== undefined) this.#waitFor(pending);
      }
    } catch (cause) {
      this.break(cause);
    }
  }

  /** Makes sure the kernel has input; false when everything that came is used up. */
  #fill(): boolean {
    const { kernel } = this.#options;
    while (kernel.inputLeft === 0) {
      if (this.#offset === this.#data.length) {
        const next = this.#backlog.shift();
        if (next === undefined) return false;
        this.#data = next;
        this.#offset = 0;
      }
      this.#offset = kernel.load(this.#data, this.#offset);
    }
    return true;
  }

  #waitFor(pending: Promise<void>): void {
    this.#waiting = true;
    this.#stream?.pause();
    pending.then(
      () => {
        this.#waiting = false;
        this.#run();
        if (!this.#waiting) this.#stream?.resume();
      },
      (cause: unknown) => this.break(cause),
    );
  }

  #parse(): undefined | Promise<void> {
    const { kernel } = this.#options;
    const stop = kernel.parse();
    if (stop === parseStop.inputUsedUp) return undefined;
    if (stop === parseStop.blockFull || stop === parseStop.rowEnd) {
      // After an error the rest is dropped: the block in use, which nobody reads, is written over and over.
      if (this.#serverError === undefined) return this.#options.onBlock();
      kernel.rewindBlock();
      return undefined;
    }
    if (stop !== parseStop.message) throw protocolError('a CopyData message that is not one row of COPY text');
    this.#message = { type: kernel.messageType, left: kernel.messageLength, parts: [] };
    return kernel.messageLength === 0 ? this.#readMessage(this.#message) : undefined;
  }

  #readMessage(message: { type: number; left: number; parts: Uint8Array[] }): undefined | Promise<void> {
    const part = this.#options.kernel.takeInput(message.left);
    message.parts.push(part);
    message.left -= part.length;
    if (message.left > 0) return undefined;
    this.#message = undefined;
    return this.#handle(message.type, Buffer.concat(message.parts));
  }

  #handle(type: number, body: Buffer): undefined | Promise<void> {
    switch (type) {
      case backendMessage.copyOutResponse:
        if (body[0] !== 0) throw protocolError('COPY in binary format');
        return undefined;
      case backendMessage.copyDone:
        return undefined;
      case backendMessage.commandComplete: {
        const rows = decodeCopyTag(body.toString('latin1'));
        if (rows === undefined) throw protocolError(`the answer "${body.toString('latin1', 0, 40)}" to COPY`);
        return this.#serverError === undefined ? this.#options.onStatementEnd(rows) : undefined;
      }
      case backendMessage.errorResponse:
        this.#serverError ??= decodeError(body);
        return undefined;
      case backendMessage.notice:
      case backendMessage.notification:
      case backendMessage.parameterStatus:
        this.#taken?.passOn(encodeMessage(type, body));
        return undefined;
      case backendMessage.readyForQuery:
        this.#endStatement(body);
        return undefined;
      default:
        throw protocolError(`a message of type ${type}`);
    }
  }

  #endStatement(body: Buffer): void {
    this.#outstanding--;
    this.#sendMore();
    if (this.#outstanding > 0) return;
    // What came behind the last ReadyForQuery is the library's again.
    const rest = [this.#options.kernel.takeInput(Number.MAX_SAFE_INTEGER), this.#data.subarray(this.#offset)];
    this.#taken?.giveBack();
    this.#taken?.passOn(Buffer.concat([encodeMessage(backendMessage.readyForQuery, body), ...rest, ...this.#backlog]));
  }
}

function protocolError(what: string): UnavailableError {
  return new UnavailableError(`The server sent ${what} where rows of COPY text were due.`, {
    code: 'copy_protocol',
    hint: 'Check what stands between Holdfast and the server: a pooler or proxy that changes the stream.',
  });
}
