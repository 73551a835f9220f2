import type { Duplex } from 'node:stream';
import pg from 'pg';

/** Message types of the protocol (manual, "Message Formats") that COPY has to do with. */
export const backendMessage = {
  commandComplete: 0x43,
  copyDone: 0x63,
  copyOutResponse: 0x48,
  errorResponse: 0x45,
  notice: 0x4e,
  notification: 0x41,
  parameterStatus: 0x53,
  readyForQuery: 0x5a,
} as const;

/** Message types that we send during COPY FROM STDIN. */
export const frontendMessage = { copyData: 0x64, copyDone: 0x63, copyFail: 0x66 } as const;

/** What we use of a connection's stream: a socket and `WebSocketStream` have it. */
export interface WireStream {
  readonly destroyed: boolean;
  on(event: string, listener: Listener): unknown;
  removeListener(event: string, listener: Listener): unknown;
  listeners(event: string): unknown[];
  /** False asks to wait for `drain`. */
  write(data: Uint8Array): boolean;
  pause(): unknown;
  resume(): unknown;
  cork(): void;
  uncork(): void;
  destroy(error?: Error): unknown;
}

type Listener = Parameters<Duplex['on']>[1];

/** A stream whose incoming bytes we read ourselves for a while. */
export interface TakenStream {
  /** Shows bytes to the library that owns the stream. */
  passOn(bytes: Uint8Array): void;
  /** Gives the stream back to the library; calling it twice is no error. */
  giveBack(): void;
}

/** Takes over the incoming bytes of a stream from the library that reads it. */
export function takeStream(stream: WireStream, onData: (data: Uint8Array) => void): TakenStream {
  const owners = stream.listeners('data');
  stream.on('data', onData);
  for (const owner of owners) stream.removeListener('data', asListener(owner));
  let taken = true;
  return {
    passOn: (bytes) => {
      for (const owner of owners) asListener(owner).call(stream, bytes);
    },
    giveBack: () => {
      if (!taken) return;
      taken = false;
      for (const owner of owners) stream.on('data', asListener(owner));
      stream.removeListener('data', onData);
    },
  };
}

// EventEmitter types its listeners as plain Function.
function asListener(owner: unknown): Listener {
  return owner as Listener;
}

/** A Query message. */
export function encodeQuery(sql: string): Buffer {
  const length = Buffer.byteLength(sql) + 5;
  const message = Buffer.alloc(length + 1);
  message.write('Q', 0, 'latin1');
  message.writeUInt32BE(length, 1);
  message.write(sql, 5);
  return message;
}

/** A whole message as it was on the wire. */
export function encodeMessage(type: number, body: Uint8Array): Buffer {
  const message = Buffer.alloc(body.length + 5);
  message.writeUInt8(type, 0);
  message.writeUInt32BE(body.length + 4, 1);
  message.set(body, 5);
  return message;
}

/** The rows that a CommandComplete of COPY tells; `undefined` for another command's. */
export function decodeCopyTag(tag: string): number | undefined {
  const rows = /^COPY (\d+)\0?$/.exec(tag)?.[1];
  return rows === undefined ? undefined : Number(rows);
}

/** Letters of the error fields (manual, "Error and Notice Message Fields") under their names in pg's DatabaseError. */
const errorFields = {
  S: 'severity',
  C: 'code',
  D: 'detail',
  H: 'hint',
  P: 'position',
  p: 'internalPosition',
  q: 'internalQuery',
  W: 'where',
  s: 'schema',
  t: 'table',
  c: 'column',
  d: 'dataType',
  n: 'constraint',
  F: 'file',
  L: 'line',
  R: 'routine',
} as const;

/** An ErrorResponse's body as the error that pg itself would throw for it. */
export function decodeError(body: Uint8Array): pg.DatabaseError {
  const fields = new Map(
    Buffer.from(body)
      .toString('utf8')
      .split('\0')
      .filter((field) => field !== '')
      .map((field) => [field.slice(0, 1), field.slice(1)]),
  );
  const error = new pg.DatabaseError(
    fields.get('M') ?? 'The server reports an error without a message.',
    body.length,
    'error',
  );
  for (const [letter, name] of Object.entries(errorFields)) error[name] = fields.get(letter);
  return error;
}
