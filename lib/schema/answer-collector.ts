/** An ErrorResponse as it passed. */
export interface SeenError {
  sqlstate: string | undefined;
  message: string | undefined;
}

const readyForQuery = 0x5a;
const errorResponse = 0x45;

/**
 * Gathers the server's messages until ReadyForQuery says that an answer is whole (PostgreSQL manual, "Message Flow").
 * It copies nothing but what belongs to an error.
 */
export class AnswerCollector {
  #chunks: Uint8Array[] = [];
  #header: number[] = [];
  #missing = 0;
  #error: number[] = [];
  #ended = 0;
  #expected = 0;
  /** Whether nothing is under way: no part of a query has gone out whose answer has not come. */
  idle = true;
  lastError: SeenError | undefined;

  /** A part of a query goes out; with its last part the server owes `answers` more. */
  expect(answers: number): void {
    this.idle = false;
    this.#expected += answers;
  }

  /** Takes what came from the socket; returns everything since the last answer when the expected ones are whole. */
  add(chunk: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
    this.#chunks.push(chunk);
    this.#walk(chunk);
    return this.#expected > 0 && this.#ended >= this.#expected ? this.#take() : undefined;
  }

  #walk(chunk: Uint8Array): void {
    let offset = 0;
    while (offset < chunk.length) {
      if (this.#header.length < 5) {
        this.#header.push(chunk[offset] ?? 0);
        offset += 1;
        if (this.#header.length < 5) continue;
        this.#missing = Buffer.from(this.#header).readInt32BE(1) - 4;
      }
      const part = Math.min(this.#missing, chunk.length - offset);
      if (this.#header[0] === errorResponse) this.#error.push(...chunk.subarray(offset, offset + part));
      this.#missing -= part;
      offset += part;
      if (this.#missing === 0) this.#endMessage();
    }
  }

  #take(): Uint8Array<ArrayBuffer> {
    const whole = new Uint8Array(this.#chunks.reduce((length, chunk) => length + chunk.length, 0));
    let offset = 0;
    for (const chunk of this.#chunks) {
      whole.set(chunk, offset);
      offset += chunk.length;
    }
    this.#chunks = [];
    this.#ended = 0;
    this.#expected = 0;
    this.idle = true;
    return whole;
  }

  #endMessage(): void {
    if (this.#header[0] === readyForQuery) this.#ended += 1;
    if (this.#header[0] === errorResponse) {
      const fields = Buffer.from(this.#error).toString('utf8').split('\0');
      const field = (code: string): string | undefined => fields.find((one) => one.startsWith(code))?.slice(1);
      this.lastError = { sqlstate: field('C'), message: field('M') };
      this.#error = [];
    }
    this.#header = [];
  }
}
