import { withSession } from '#lib/postgres/connect.ts';
import { runWasmPgDump } from '#lib/schema/run-wasm-pg-dump.ts';

/**
 * The schema as the same pg_dump prints it in plain text, for comparing two databases without our parser and planner.
 * What changes with every call (versions and the key of \restrict) is left out.
 */
export async function dumpText(url: string): Promise<string> {
  const bytes = await withSession({ name: 'test', url }, (session) =>
    runWasmPgDump({
      ...{ session, lockTimeoutMs: 10_000, timeoutMs: 60_000 },
      arguments: ['--schema-only', '--encoding=UTF8', '--no-subscriptions'],
    }),
  );
  return Buffer.from(bytes)
    .toString('utf8')
    .replaceAll(/^(-- Dumped (from|by) .*|\\(un)?restrict .*)$/gm, '');
}
