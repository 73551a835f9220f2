import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { Environment } from '#lib/config/environment.ts';
import { StorageError } from '#lib/errors/storage-error.ts';
import { planDirectUrl } from '#lib/postgres/direct-url.ts';
import { maskSecrets } from '#lib/postgres/mask-url.ts';
import type { NativePgDump } from '#lib/schema/find-pg-dump.ts';
import { planLibpqEnvironment } from '#lib/schema/plan-libpq-environment.ts';

/**
 * Writes a database as a custom archive. To a file and not to a pipe: only in a file pg_dump can go back and say where
 * each table begins, without which `pg_restore --jobs` does not work.
 * @throws StorageError with what pg_dump said.
 */
export async function runPgDump(options: {
  native: NativePgDump;
  url: string;
  file: string;
  /** More options. */
  arguments: readonly string[];
  environment: Environment;
}): Promise<void> {
  const { native, url, file } = options;
  const environment = planLibpqEnvironment({ url: planDirectUrl(url).url, base: options.environment });
  const child = spawn(native.path, ['--format=custom', '--no-password', `--file=${file}`, ...options.arguments], {
    // Next.js's types want NODE_ENV in every environment; pg_dump does not mind it.
    env: { NODE_ENV: 'production', ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  if (code === 0) return;
  throw new StorageError(`pg_dump ${native.version} did not write the archive: ${maskSecrets(said.trim(), [url])}`, {
    code: 'export_pg_dump',
    hint: 'Look at what it said. Is there space for the archive where -o says, or in TMPDIR?',
  });
}
