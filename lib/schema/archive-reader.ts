import { DatabaseError } from '#lib/errors/database-error.ts';

/** Reads the primitives of a pg_dump archive (pg_backup_archiver.c: ReadInt, ReadStr; pg_backup_custom.c: ReadOffset). */
export class ArchiveReader {
  readonly #bytes: Uint8Array;
  readonly #text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #offset = 0;
  /** Bytes of an integer and of a file offset on the machine that wrote the archive; its header tells. */
  intSize = 4;
  offsetSize = 8;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  readByte(): number {
    const byte = this.#bytes[this.#offset];
    if (byte === undefined) throw damaged('it ends too early');
    this.#offset += 1;
    return byte;
  }

  readBytes(length: number): Uint8Array {
    const end = this.#offset + length;
    if (end > this.#bytes.length) throw damaged('it ends too early');
    const bytes = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return bytes;
  }

  /** A sign byte, then the magnitude, least byte first. */
  readInt(): number {
    const negative = this.readByte() !== 0;
    let value = 0;
    for (let index = 0; index < this.intSize; index++) value += this.readByte() * 256 ** index;
    return negative ? -value : value;
  }

  /** A length, then UTF-8 (pg_dump is told so); null has the length -1. */
  readString(): string | null {
    const length = this.readInt();
    if (length < 0) return null;
    const bytes = this.readBytes(length);
    try {
      return this.#text.decode(bytes);
    } catch (cause) {
      throw new DatabaseError(`The schema holds text that is not UTF-8, near ${JSON.stringify(readable(bytes))}.`, {
        code: 'schema_not_utf8',
        hint: 'A database with the encoding SQL_ASCII can hold any bytes; correct the object’s name or body.',
        cause,
      });
    }
  }

  skipOffset(): void {
    this.readByte();
    this.readBytes(this.offsetSize);
  }
}

/** An archive that cannot be read. */
export function damaged(what: string): DatabaseError {
  return new DatabaseError(`The archive that pg_dump wrote cannot be read: ${what}.`, {
    code: 'pg_dump_archive',
    hint: 'Try the other pg_dump (native or WebAssembly); if that fails too, report the versions of both.',
  });
}

function readable(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, 60)).toString('latin1');
}
