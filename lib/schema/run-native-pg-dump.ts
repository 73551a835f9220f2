import { spawn } from 'node:child_process';
import { CancelledError } from '#lib/errors/cancelled-error.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { maskSecrets } from '#lib/postgres/mask-url.ts';
import { explainPgDumpFailure } from './explain-pg-dump-failure.ts';
import type { NativePgDump } from './find-pg-dump.ts';
import { planLibpqEnvironment } from './plan-libpq-environment.ts';

const killAfterMs = 5_000;

/**
 * Runs an installed pg_dump against the database of `url` and answers with what it wrote to its standard output. The
 * password goes through the environment, never through the command line, and is masked in what the program says.
 * @throws the errors of `explainPgDumpFailure`; CancelledError on `signal`; UnavailableError when the time is over;
 * RefusedError when the program does not start.
 */
export async function runNativePgDump(options: {
  native: NativePgDump;
  url: string;
  arguments: string[];
  environment: Readonly<Record<string, string | undefined>>;
  lockTimeoutMs: number;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}): Promise<Uint8Array> {
  const { native, url, lockTimeoutMs, timeoutMs, signal } = options;
  const startedAt = performance.now();
  const environment = planLibpqEnvironment({ url, base: options.environment });
  const timeout = AbortSignal.timeout(timeoutMs);
  const stop = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  const { stdout, stderr, exitCode } = await collect({ native, arguments: options.arguments, environment, stop });
  if (stop.aborted && exitCode !== 0) throw stopped({ signal, timeoutMs });
  if (exitCode === 0) return stdout;
  throw explainPgDumpFailure({
    tool: `native ${native.version}`,
    exitCode,
    stderr: maskSecrets(stderr, [url]),
    elapsedMs: performance.now() - startedAt,
    lockTimeoutMs,
  });
}

interface Outcome {
  stdout: Buffer;
  stderr: string;
  exitCode: number | null;
}

function collect(options: {
  native: NativePgDump;
  arguments: string[];
  environment: Record<string, string>;
  stop: AbortSignal;
}): Promise<Outcome> {
  const { native, stop } = options;
  // Next.js's types want NODE_ENV in every environment; pg_dump does not mind it.
  const env = { NODE_ENV: 'production' as const, ...options.environment };
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
  const child = spawn(native.path, options.arguments, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  let killer: NodeJS.Timeout | undefined;
  const end = (): void => {
    // pg_dump cancels its query on SIGTERM, which a server that is out of reach can make it wait for.
    child.kill('SIGTERM');
    killer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  };
  const settle = (): void => {
    clearTimeout(killer);
    stop.removeEventListener('abort', end);
  };
  child.on('error', (cause) => {
    settle();
    reject(
      new RefusedError(`${native.path} does not start.`, {
        code: 'pg_dump_start',
        hint: 'Repair the installation, or let Holdfast use its own pg_dump (WebAssembly).',
        cause,
      }),
    );
  });
  child.on('close', (exitCode) => {
    settle();
    resolve({ stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString('utf8'), exitCode });
  });
  stop.addEventListener('abort', end, { once: true });
  if (stop.aborted) end();
  return promise;
}

function stopped(options: { signal: AbortSignal | undefined; timeoutMs: number }): Error {
  if (options.signal?.aborted) {
    return new CancelledError('Reading the schema was cancelled.', {
      code: 'cancelled',
      hint: 'Run it again when it is wanted.',
      cause: options.signal.reason,
    });
  }
  return new UnavailableError(`Reading the schema took longer than ${options.timeoutMs} ms.`, {
    code: 'pg_dump_timeout',
    hint: 'Give it more time, or see on the server what it waits for (pg_stat_activity).',
  });
}
