import { RefusedError } from '#lib/errors/refused-error.ts';
import type { NativePgDump } from './find-pg-dump.ts';

/** Which pg_dump reads the schema. */
export type PgDumpChoice = { tool: 'native'; native: NativePgDump } | { tool: 'wasm' };

/** The oldest server Holdfast backs up. */
const oldestServerMajor = 13;
/** The major version of the pg_dump that `@electric-sql/pglite-tools` brings. */
export const wasmPgDumpMajor = 18;

/**
 * A native pg_dump of the server's major version or, failing that, the next newer one; else the WebAssembly one.
 * pg_dump reads servers of its own major version and older, never newer (PostgreSQL manual, pg_dump, "Notes").
 * @throws RefusedError when the server is too old or newer than every pg_dump allowed by `force`.
 */
export function choosePgDump(options: {
  serverMajor: number;
  natives: readonly NativePgDump[];
  force?: 'native' | 'wasm' | undefined;
}): PgDumpChoice {
  const { serverMajor, natives, force } = options;
  if (serverMajor < oldestServerMajor) {
    throw new RefusedError(`The server is PostgreSQL ${serverMajor}; Holdfast needs ${oldestServerMajor} or newer.`, {
      code: 'server_too_old',
      hint: 'Upgrade the server first; PostgreSQL itself no longer supports this version.',
    });
  }
  const [native] = natives.filter(({ major }) => major >= serverMajor).sort((one, other) => one.major - other.major);
  if (native !== undefined && force !== 'wasm') return { tool: 'native', native };
  if (serverMajor <= wasmPgDumpMajor && force !== 'native') return { tool: 'wasm' };
  const allowed = [
    ...(force === 'wasm' ? [] : natives.map(({ version }) => version)),
    ...(force === 'native' ? [] : [`${wasmPgDumpMajor} (WebAssembly)`]),
  ];
  const atHand = allowed.length === 0 ? 'there is no native pg_dump here' : `pg_dump at hand: ${allowed.join(', ')}`;
  throw new RefusedError(`The server is PostgreSQL ${serverMajor}, too new to be dumped: ${atHand}.`, {
    code: 'server_too_new',
    hint: `Install the client programs of PostgreSQL ${serverMajor}${force === undefined ? '' : ', or do not force a pg_dump'}.`,
  });
}
