import type { Environment } from '#lib/config/environment.ts';
import type { Check } from '#lib/report/check.ts';
import { wasmPgDumpMajor } from '#lib/schema/choose-pg-dump.ts';
import { findPgDumps } from '#lib/schema/find-pg-dump.ts';

/** Which pg_dump there is to read schemas with; the WebAssembly one is always at hand. */
export async function checkPgDump(environment: Environment): Promise<Check> {
  const natives = await findPgDumps({ searchPath: environment['PATH'] });
  const told = natives.map(({ version, path }) => `${version} (${path})`);
  const detail = [...told, `${wasmPgDumpMajor} (WebAssembly, built in)`].join(', ');
  return { name: 'pg_dump', object: 'pg_dump', passed: true, detail, hint: '' };
}
