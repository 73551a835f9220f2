/**
 * Splits a byte stream of the PostgreSQL protocol (manual, "Message Formats") into whole messages. A client's first
 * message has no type byte; `typed: false` reads that one.
 */
export class MessageSplitter {
  #carry: Buffer = Buffer.alloc(0);

  /** Adds what has arrived. */
  push(data: Buffer): void {
    this.#carry = this.#carry.length === 0 ? data : Buffer.concat([this.#carry, data]);
  }

  /** The next whole message with its header, or `undefined` until more has arrived. */
  next(options: { typed: boolean }): Buffer | undefined {
    const lengthAt = options.typed ? 1 : 0;
    if (this.#carry.length < lengthAt + 4) return undefined;
    const end = lengthAt + this.#carry.readInt32BE(lengthAt);
    if (this.#carry.length < end) return undefined;
    const message = this.#carry.subarray(0, end);
    this.#carry = this.#carry.subarray(end);
    return message;
  }
}

/** One typed message: the type's letter, the length, the body. */
export function encodeMessage(type: string, body: Buffer | string = ''): Buffer {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const header = Buffer.alloc(5);
  header.write(type, 'latin1');
  header.writeInt32BE(bytes.length + 4, 1);
  return Buffer.concat([header, bytes]);
}

/** The letter of a typed message. */
export function typeOf(message: Buffer): string {
  return String.fromCharCode(message[0] ?? 0);
}

/** A whole ErrorResponse (manual, "Error and Notice Message Fields"). */
export function encodeErrorResponse(error: { severity: string; code: string; message: string }): Buffer {
  const { severity, code, message } = error;
  return encodeMessage('E', `S${severity}\0V${severity}\0C${code}\0M${message}\0\0`);
}
