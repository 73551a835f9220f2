import { CancelledError } from '#lib/errors/cancelled-error.ts';
import { DatabaseError } from '#lib/errors/database-error.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { classifyError } from '#lib/postgres/classify-error.ts';
import type { Session } from '#lib/postgres/session.ts';
import { takeStream, type WireStream } from '#lib/postgres/wire.ts';
import { AnswerCollector, type SeenError } from './answer-collector.ts';
import { explainPgDumpFailure } from './explain-pg-dump-failure.ts';
import { makeWelcome } from './make-welcome.ts';
import type { PgDumpWorkerMessage } from './pg-dump-worker.ts';
import { type PgDumpWorker, startPgDumpWorker } from './start-pg-dump-worker.ts';

const object = 'reading the schema';

/**
 * pg_dump 18 as WebAssembly, in a thread of its own, over the socket of a session that is open, so that TLS and
 * WebSocket transports are the session's business. Answers with the archive.
 *
 * The session must be in no transaction and is pg_dump's alone meanwhile. Afterwards it can be queried, but pg_dump's
 * settings are on it: close it. When pg_dump is stopped in the middle of an answer, the session is cut.
 * @throws the errors of `explainPgDumpFailure`; CancelledError on `signal`; UnavailableError when the time is over or
 * the connection is lost.
 */
export async function runWasmPgDump(options: {
  session: Session;
  arguments: string[];
  lockTimeoutMs: number;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}): Promise<Uint8Array> {
  const { session, signal } = options;
  if (signal?.aborted) throw cancelled(signal);
  const welcome = await makeWelcome(session).catch((cause: unknown) => {
    throw classifyError(cause, object);
  });
  const stream = session.connection.stream;
  const pgDump = startPgDumpWorker({ arguments: options.arguments, welcome });
  const answers = new AnswerCollector();
  const borrowed = takeStream(stream, (chunk) => {
    const answer = answers.add(chunk);
    if (answer !== undefined) pgDump.answer(answer);
  });
  try {
    return await converse({ ...options, stream, pgDump, answers });
  } finally {
    await pgDump.stop();
    borrowed.giveBack();
    // pg_dump leaves its transaction and its prepared statements to the end of the connection.
    if (answers.idle && !stream.destroyed) {
      await session.query('rollback; deallocate all').catch(() => stream.destroy());
    } else {
      stream.destroy();
    }
  }
}

interface Conversation {
  stream: WireStream;
  pgDump: PgDumpWorker;
  answers: AnswerCollector;
  lockTimeoutMs: number;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/** Sends what pg_dump says until it is done or something ends it. */
async function converse(options: Conversation): Promise<Uint8Array> {
  const { stream, pgDump, answers, lockTimeoutMs, timeoutMs, signal } = options;
  const startedAt = performance.now();
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  const onMessage = (message: PgDumpWorkerMessage): void => {
    if (message.type === 'send') {
      answers.expect(message.answers);
      stream.write(message.bytes);
    } else if (message.type === 'done') {
      resolve(message.archive);
    } else {
      const elapsedMs = performance.now() - startedAt;
      const sqlstate = answers.lastError?.sqlstate;
      reject(explainPgDumpFailure({ ...readFailure(message.message), sqlstate, elapsedMs, lockTimeoutMs }));
    }
  };
  const onLost = (cause?: unknown): void => reject(connectionLost(answers.lastError, cause));
  const onClose = (): void => onLost();
  const onCrash = (cause: unknown): void => reject(crashed(cause));
  const onAbort = (): void => reject(cancelled(signal));
  const timer = setTimeout(() => reject(tookTooLong(timeoutMs)), timeoutMs);
  const listeners = [
    ['error', onLost],
    ['close', onClose],
    ['end', onClose],
  ] as const;
  for (const [event, listener] of listeners) stream.on(event, listener);
  pgDump.worker.on('message', onMessage).on('error', onCrash).on('exit', onCrash);
  signal?.addEventListener('abort', onAbort, { once: true });
  if (stream.destroyed) onLost();
  if (signal?.aborted) onAbort();
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    for (const [event, listener] of listeners) stream.removeListener(event, listener);
  }
}

/** pglite-tools tells code and stderr in one message, and joins the lines of stderr without a break. */
function readFailure(message: string): { tool: string; exitCode: number | null; stderr: string } {
  const parts = /^pg_dump failed with exit code (-?\d+)\.\s*Error message: (.*)$/s.exec(message);
  const stderr = (parts?.[2] ?? message)
    .replace('could not find a "pg_dump" to execute', '')
    .replaceAll(/(?<=.)pg_dump: (?=error:|warning:|detail:|hint:)/g, '\npg_dump: ');
  return { tool: 'WebAssembly 18', exitCode: parts?.[1] === undefined ? null : Number(parts[1]), stderr };
}

function connectionLost(seen: SeenError | undefined, cause: unknown): Error {
  // A server that ends a session says why before it closes the socket (class 57P).
  const farewell = seen?.sqlstate?.startsWith('57P')
    ? Object.assign(new Error(seen.message), { code: seen.sqlstate })
    : undefined;
  return classifyError(farewell ?? cause ?? new Error('Connection terminated unexpectedly'), object);
}

function crashed(cause: unknown): Error {
  return new DatabaseError('pg_dump (WebAssembly 18) ended without a word.', {
    code: 'pg_dump_crashed',
    hint: 'The process may be short of memory (a large schema needs about 200 MB); or install a native pg_dump.',
    cause,
  });
}

function cancelled(signal: AbortSignal | undefined): Error {
  return new CancelledError('Reading the schema was cancelled.', {
    code: 'cancelled',
    hint: 'Run it again when it is wanted.',
    cause: signal?.reason,
  });
}

function tookTooLong(timeoutMs: number): Error {
  return new UnavailableError(`Reading the schema took longer than ${timeoutMs} ms.`, {
    code: 'pg_dump_timeout',
    hint: 'Give it more time, or see on the server what it waits for (pg_stat_activity).',
  });
}
