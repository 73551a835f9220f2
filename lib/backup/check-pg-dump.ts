import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import type { ServerInfo } from '#lib/postgres/server-info.ts';
import type { Check } from '#lib/report/check.ts';
import { choosePgDump } from '#lib/schema/choose-pg-dump.ts';
import type { NativePgDump } from '#lib/schema/find-pg-dump.ts';

/** Whether one of the pg_dumps at hand can read the server: it must be neither too old for us nor too new for them. */
export function checkPgDump(
  server: Pick<ServerInfo, 'version' | 'major'>,
  options: { natives: readonly NativePgDump[]; force?: 'native' | 'wasm' | undefined; overWebSocket?: boolean },
): Check {
  const { natives, force, overWebSocket } = options;
  const check = { name: 'server version', object: `server ${server.version}` };
  if (overWebSocket && force === 'native') {
    const hint = 'Leave pgDump at auto: the WebAssembly pg_dump goes over the session. Or take the driver tcp.';
    return { ...check, passed: false, detail: 'a native pg_dump is asked for, and it knows TCP only', hint };
  }
  try {
    const choice = choosePgDump({ serverMajor: server.major, natives, force });
    const tool = choice.tool === 'native' ? `pg_dump ${choice.native.version}` : 'pg_dump as WebAssembly';
    return { ...check, passed: true, detail: `PostgreSQL ${server.version}, read by ${tool}`, hint: '' };
  } catch (cause) {
    if (!(cause instanceof HoldfastError)) throw cause;
    return { ...check, passed: false, detail: cause.message, hint: cause.hint };
  }
}
