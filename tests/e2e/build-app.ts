import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export const projectFolder = join(import.meta.dirname, '..', '..');

/** Everything `next build` reads. */
const sources = [
  'app',
  'inngest',
  'lib',
  'holdfast.config.ts',
  'instrumentation.ts',
  'next.config.ts',
  'proxy.ts',
  'package.json',
];

/** Builds the app as `npm run build` does, unless the build there is newer than every source. */
export default async function buildApp(): Promise<void> {
  if ((await builtAt()) > (await newestSource())) return;
  const next = join(projectFolder, 'node_modules/next/dist/bin/next');
  const build = spawn(process.execPath, [next, 'build'], {
    cwd: projectFolder,
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [status]] = await Promise.all([text(build.stdout), text(build.stderr), once(build, 'close')]);
  if (status !== 0) throw new Error(`next build failed:\n${stdout}${stderr}`);
}

async function builtAt(): Promise<number> {
  // The last file a successful build writes.
  const found = await stat(join(projectFolder, '.next/BUILD_ID')).catch(() => undefined);
  return found?.mtimeMs ?? 0;
}

async function newestSource(): Promise<number> {
  const files = await Promise.all(sources.map((source) => listFiles(join(projectFolder, source))));
  const times = await Promise.all(files.flat().map(async (file) => (await stat(file)).mtimeMs));
  return Math.max(...times);
}

async function listFiles(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
