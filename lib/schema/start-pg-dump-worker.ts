import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { type PgDumpWorkerData, runPgDumpWorker } from './pg-dump-worker.ts';

/** A running pg_dump worker and the two ends that feed it. */
export interface PgDumpWorker {
  worker: Worker;
  /** Hands the worker one answer and wakes it. */
  answer(bytes: Uint8Array<ArrayBuffer>): void;
  /** Ends the thread, whatever it is doing, and frees its memory. */
  stop(): Promise<void>;
}

/** Starts a thread with pg_dump as WebAssembly; `welcome` is what it hears when it logs in. */
export function startPgDumpWorker(options: { arguments: string[]; welcome: Uint8Array }): PgDumpWorker {
  const { port1: theirs, port2: ours }: { port1: MessagePort; port2: MessagePort } = new MessageChannel();
  const answered = new Int32Array(new SharedArrayBuffer(4));
  const workerData: PgDumpWorkerData = { ...options, module: locatePgDumpModule(), answers: theirs, answered };
  const source = `
    const { workerData, parentPort, receiveMessageOnPort } = require('node:worker_threads');
    (${runPgDumpWorker.toString()})({
      data: workerData, port: parentPort, receive: receiveMessageOnPort, load: (module) => import(module),
    });`;
  // An empty environment: the thread needs none, and connection strings live there.
  const worker = new Worker(source, { eval: true, env: {}, workerData, transferList: [theirs], execArgv: [] });
  return {
    worker,
    answer(bytes) {
      ours.postMessage(bytes, [bytes.buffer]);
      Atomics.add(answered, 0, 1);
      Atomics.notify(answered, 0);
    },
    async stop() {
      ours.close();
      await worker.terminate();
    },
  };
}

/**
 * The file of `@electric-sql/pglite-tools`, as a URL. In a bundle this module's own place says nothing, so the folder
 * the process was started in, where a server's `node_modules` lie, is the second place to look.
 */
function locatePgDumpModule(): string {
  const name = '@electric-sql/pglite-tools/pg_dump';
  const causes: unknown[] = [];
  for (const base of [import.meta.url, pathToFileURL(join(process.cwd(), 'package.json'))]) {
    try {
      return pathToFileURL(createRequire(base).resolve(name)).href;
    } catch (cause) {
      causes.push(cause);
    }
  }
  throw new RefusedError(`${name} cannot be found.`, {
    code: 'wasm_pg_dump_missing',
    hint: 'Run npm install; in a bundle, have node_modules/@electric-sql/pglite-tools traced (next.config.ts).',
    cause: new AggregateError(causes),
  });
}
