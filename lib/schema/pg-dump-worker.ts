import type { MessagePort, receiveMessageOnPort } from 'node:worker_threads';

/** What the worker thread is started with. */
export interface PgDumpWorkerData {
  /** `file:` URL of the module that exports `pgDump`. */
  module: string;
  arguments: string[];
  /** The server's side of a finished start-up, since the session is logged in already. */
  welcome: Uint8Array;
  /** Carries whole answers of the server; one more in `answered` for each. */
  answers: MessagePort;
  answered: Int32Array;
}

/** What the worker says. `send` with `answers > 0` means that it sleeps until that many answers have ended. */
export type PgDumpWorkerMessage =
  | { type: 'send'; bytes: Uint8Array; answers: number }
  | { type: 'done'; archive: Uint8Array }
  | { type: 'failed'; message: string };

interface PgDumpModule {
  pgDump(options: { pg: unknown; args: string[] }): Promise<unknown>;
}

interface EmscriptenModule {
  callMain(args: string[]): unknown;
  FS: { readFile(path: string): Uint8Array };
}

/**
 * The body of the worker thread that runs pg_dump as WebAssembly. It is started from its own source text
 * (`startPgDumpWorker`), so that no bundler has to know where a worker's file lies: it must use nothing but its
 * parameters and globals.
 */
export async function runPgDumpWorker(options: {
  data: PgDumpWorkerData;
  port: MessagePort;
  receive: typeof receiveMessageOnPort;
  load: (module: string) => Promise<PgDumpModule>;
}): Promise<void> {
  const { data, port, receive, load } = options;
  const post = (message: PgDumpWorkerMessage): void => port.postMessage(message);
  const archivePath = '/tmp/holdfast.dump';
  let emscripten: EmscriptenModule | undefined;
  let loggedIn = false;
  let taken = 0;
  let header: number[] = [];
  let missing = 0;

  // pglite-tools reads its output as UTF-8 text, which a binary archive does not survive, and adds arguments of its
  // own. Its first act on the WebAssembly module is to set this documented hook of Emscripten, which hands us the module.
  Object.defineProperty(Object.prototype, 'onRuntimeInitialized', {
    configurable: true,
    get: () => undefined,
    set(this: EmscriptenModule, hook: unknown) {
      Object.defineProperty(this, 'onRuntimeInitialized', { value: hook, writable: true });
      const callMain = this.callMain;
      this.callMain = () => callMain([...data.arguments, '--username=postgres', `--file=${archivePath}`]);
      emscripten = this;
    },
  });

  /** How many of the messages that ended in `bytes` make the server answer up to ReadyForQuery (Query, Sync, FunctionCall). */
  const countAsked = (bytes: Uint8Array): number => {
    let asked = 0;
    let offset = 0;
    while (offset < bytes.length) {
      if (missing === 0) {
        header.push(bytes[offset] ?? 0);
        offset += 1;
        if (header.length < 5) continue;
        const [, a = 0, b = 0, c = 0, d = 0] = header;
        missing = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d - 4;
      }
      const part = Math.min(missing, bytes.length - offset);
      missing -= part;
      offset += part;
      if (missing > 0) break;
      if (header[0] === 0x51 || header[0] === 0x53 || header[0] === 0x46) asked += 1;
      header = [];
    }
    return asked;
  };

  const receiveAnswer = (): Uint8Array => {
    // A notification can come late, after its answer was found without waiting: only the count tells.
    while (Atomics.load(data.answered, 0) === taken) Atomics.wait(data.answered, 0, taken);
    taken += 1;
    const message = receive(data.answers)?.message;
    if (!(message instanceof Uint8Array)) throw new Error('pg_dump got no answer from its server');
    return message;
  };

  const pg = {
    // The session's state is put right by the side that owns it.
    query: async () => ({ rows: [{ search_path: '' }] }),
    exec: async () => undefined,
    execProtocolRawStream(bytes: Uint8Array, { onRawData }: { onRawData: (answer: Uint8Array) => void }): void {
      if (!loggedIn) {
        const request = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt32(4);
        // SSLRequest and GSSENCRequest (PostgreSQL manual, "Message Formats"): the session below is secured already.
        const asksForEncryption = request === 80_877_103 || request === 80_877_104;
        loggedIn = !asksForEncryption;
        onRawData(asksForEncryption ? new Uint8Array([0x4e]) : data.welcome);
        return;
      }
      // Terminate would end a session that is not pg_dump's.
      if (header.length === 0 && bytes[0] === 0x58) return;
      // libpq flushes a long query in several writes: the server answers only when the whole of it is there.
      const answers = countAsked(bytes);
      post({ type: 'send', bytes: bytes.slice(), answers });
      if (answers > 0) onRawData(receiveAnswer());
    },
  };

  // Emscripten takes the program's name from here, and pg_dump begins each message with it.
  process.argv[1] = 'pg_dump';
  try {
    const { pgDump } = await load(data.module);
    await pgDump({ pg, args: [] }).catch((cause: unknown) => {
      // Reading its own output file is what it fails at when it has done its work; a failed pg_dump left no archive.
      if (String(cause).includes('pg_dump failed')) throw cause;
    });
    if (emscripten === undefined) throw new Error('the pg_dump module was not seen');
    post({ type: 'done', archive: emscripten.FS.readFile(archivePath) });
  } catch (cause) {
    post({ type: 'failed', message: cause instanceof Error ? cause.message : String(cause) });
  }
}
