import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import type { Session } from '#lib/postgres/session.ts';
import { choosePgDump } from './choose-pg-dump.ts';
import { lockTimeoutCode } from './explain-pg-dump-failure.ts';
import { findLockHolders } from './find-lock-holders.ts';
import { findPgDumps } from './find-pg-dump.ts';
import { parseArchive } from './parse-archive.ts';
import { planPgDumpArguments, type SchemaExcludes } from './pg-dump-arguments.ts';
import { runNativePgDump } from './run-native-pg-dump.ts';
import { runWasmPgDump } from './run-wasm-pg-dump.ts';
import type { SchemaEntry } from './schema-entry.ts';

/** A database's schema as pg_dump told it. */
export interface DumpedSchema {
  tool: 'native' | 'wasm';
  pgDumpVersion: string;
  serverVersion: string;
  entries: SchemaEntry[];
}

const defaultTimeoutMs = 10 * 60_000;

/**
 * Reads the schema by the real pg_dump, under `snapshot` where one is given.
 *
 * `session` is a fresh session of the same database, in no transaction; the WebAssembly pg_dump talks through it, and
 * it names who holds a lock. Close it afterwards. `url` serves a native pg_dump; `environment` is what that program
 * inherits (PATH above all).
 * @throws RefusedError (no pg_dump fits the server, a right is missing), UnavailableError (a lock, the connection, the
 * time), SnapshotLostError (the snapshot is gone, or a table was dropped since), CancelledError, DatabaseError.
 */
export async function dumpSchema(options: {
  session: Session;
  url: string;
  environment: Readonly<Record<string, string | undefined>>;
  serverMajor: number;
  snapshot?: string | undefined;
  force?: 'native' | 'wasm' | undefined;
  lockTimeoutMs: number;
  timeoutMs?: number | undefined;
  excludes?: SchemaExcludes | undefined;
  signal?: AbortSignal | undefined;
}): Promise<DumpedSchema> {
  const { session, url, environment, serverMajor, force, lockTimeoutMs, signal } = options;
  const natives = force === 'wasm' ? [] : await findPgDumps({ searchPath: environment['PATH'] });
  const choice = choosePgDump({ serverMajor, natives, force });
  const run = {
    arguments: planPgDumpArguments(options),
    ...{ lockTimeoutMs, timeoutMs: options.timeoutMs ?? defaultTimeoutMs, signal },
  };
  try {
    const archive =
      choice.tool === 'native'
        ? await runNativePgDump({ ...run, native: choice.native, url, environment })
        : await runWasmPgDump({ ...run, session });
    const { pgDumpVersion, serverVersion, entries } = parseArchive(archive);
    return { tool: choice.tool, pgDumpVersion, serverVersion, entries };
  } catch (cause) {
    throw await nameLockHolders(cause, session);
  }
}

/** The same error, except that a lock timeout tells which table it was and who was in the way, where that can be seen. */
async function nameLockHolders(cause: unknown, session: Session): Promise<unknown> {
  if (!(cause instanceof UnavailableError) || cause.code !== lockTimeoutCode) return cause;
  // What can be told is an extra: the session may be gone, and the lock timeout stays the error.
  const holders = await findLockHolders(session).catch(() => []);
  const inTheWay = holders.filter(({ table }) => cause.message.includes(table));
  if (inTheWay.length === 0) return cause;
  const told = inTheWay.map(({ table, pid, who }) => `${table} (process ${pid}${who === '' ? '' : `, ${who}`})`);
  return new UnavailableError(`${cause.message} In the way: ${told.join('; ')}.`, {
    code: lockTimeoutCode,
    hint: cause.hint,
    cause,
  });
}
