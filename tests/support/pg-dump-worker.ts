import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { PGlite } from '@electric-sql/pglite';
import { pgDump } from '@electric-sql/pglite-tools/pg_dump';
import type { FromPgDump, PgDumpWorkerData } from './pg-dump.ts';
import { MessageSplitter, typeOf } from './protocol-messages.ts';

const sslRequest = 80_877_103;
const gssRequest = 80_877_104;

/** Plays the database for pg_dump: it blocks this thread until the main thread has the server's whole answer. */
function playDatabase(port: MessagePort, { greeting, arrived }: PgDumpWorkerData): PGlite {
  const counter = new Int32Array(arrived);
  const asked = new MessageSplitter();
  let taken = 0;
  let greeted = false;
  const send = (bytes: Uint8Array): void => {
    const message: FromPgDump = { send: bytes.slice() };
    port.postMessage(message);
  };
  const waitForAnswer = (): Uint8Array => {
    // A notification can come late, after its answer was found without waiting: only the count tells.
    while (Atomics.load(counter, 0) === taken) Atomics.wait(counter, 0, taken);
    taken++;
    const received: { message: Uint8Array } | undefined = receiveMessageOnPort(port);
    if (received === undefined) throw new Error('an answer was counted before it was sent');
    return received.message;
  };
  const database = {
    query: async () => ({ rows: [{ search_path: '' }] }),
    exec: async () => [],
    execProtocolRawStream(bytes: Uint8Array, { onRawData }: { onRawData: (data: Uint8Array) => void }): void {
      if (!greeted) {
        const code = Buffer.from(bytes).readInt32BE(4);
        greeted = code !== sslRequest && code !== gssRequest;
        onRawData(greeted ? greeting : Buffer.from('N'));
        return;
      }
      asked.push(Buffer.from(bytes));
      let asks = false;
      for (let message = asked.next({ typed: true }); message; message = asked.next({ typed: true })) {
        // libpq sends a long Query in several writes: only a whole Query, Sync or FunctionCall is answered.
        if ('QSF'.includes(typeOf(message))) asks = true;
        if (typeOf(message) === 'X') return;
      }
      send(bytes);
      if (asks) onRawData(waitForAnswer());
    },
  };
  // The published type is the whole of PGlite, of which pg_dump uses these three functions.
  return database as unknown as PGlite;
}

if (parentPort === null) throw new Error('to be run as a worker thread');
const data: PgDumpWorkerData = workerData;
let outcome: FromPgDump;
try {
  const file = await pgDump({ pg: playDatabase(parentPort, data), args: [...data.args] });
  outcome = { dump: await file.text() };
} catch (cause) {
  outcome = { failed: String(cause) };
}
parentPort.postMessage(outcome);
