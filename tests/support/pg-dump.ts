import { Worker } from 'node:worker_threads';
import { openWire } from './open-wire.ts';
import { encodeMessage, MessageSplitter, typeOf } from './protocol-messages.ts';

/** What the worker says: bytes for the server, or how it ended. */
export type FromPgDump = { send: Uint8Array } | { dump: string } | { failed: string };

/**
 * What the worker starts with. It is sent whole answers (all messages up to ReadyForQuery); `arrived` counts them, for
 * Atomics.wait.
 */
export interface PgDumpWorkerData {
  args: readonly string[];
  /** The server's side of a start-up that has already taken place. */
  greeting: Uint8Array;
  arrived: SharedArrayBuffer;
}

/**
 * The plain output of the real pg_dump 18 (WebAssembly, `--inserts`), over a connection of its own. It lives in
 * tests/support and shares nothing with `lib/schema`, so that our code is not judged by itself. The whole output and
 * the WebAssembly heap are in memory: leave tables of more than some ten megabytes out by `--exclude-table-data`.
 */
export async function pgDump(url: string, args: readonly string[]): Promise<string> {
  const { socket, parameters } = await openWire(url);
  const greeting = Buffer.concat([
    encodeMessage('R', Buffer.alloc(4)),
    parameters,
    encodeMessage('K', Buffer.alloc(8)),
    encodeMessage('Z', 'I'),
  ]);
  const arrived = new SharedArrayBuffer(4);
  const counter = new Int32Array(arrived);
  const workerData: PgDumpWorkerData = { args, greeting: new Uint8Array(greeting), arrived };
  const worker = new Worker(new URL('./pg-dump-worker.ts', import.meta.url), { workerData });
  const splitter = new MessageSplitter();
  let pending: Buffer[] = [];
  socket.on('data', (data: Buffer) => {
    splitter.push(data);
    for (let message = splitter.next({ typed: true }); message; message = splitter.next({ typed: true })) {
      pending.push(message);
      if (typeOf(message) !== 'Z') continue;
      worker.postMessage(new Uint8Array(Buffer.concat(pending)));
      pending = [];
      Atomics.add(counter, 0, 1);
      Atomics.notify(counter, 0);
    }
  });
  try {
    return await new Promise<string>((resolve, reject) => {
      worker.on('message', (message: FromPgDump) => {
        if ('send' in message) socket.write(message.send);
        else if ('dump' in message) resolve(withoutColumnVersions(message.dump));
        else reject(new Error(message.failed));
      });
      worker.on('error', reject);
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('the server closed the connection of pg_dump')));
    });
  } finally {
    await worker.terminate();
    socket.end(encodeMessage('X'));
  }
}

/**
 * Servers from November 2026 on (15.20, ...) keep a mark of their own, `pg_attver`, among the options of every column.
 * Their pg_dump leaves it out; the WebAssembly one is older and prints it, and no other server takes it.
 */
function withoutColumnVersions(dump: string): string {
  return dump
    .replace(/\bpg_attver=\d+, |, pg_attver=\d+\b/g, '')
    .replace(/^ALTER (FOREIGN )?TABLE ONLY (?:"[^"]*"|[^"\n;])+ SET \(pg_attver=\d+\);\n/gm, '');
}
