import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from '#lib/errors/usage-error.ts';
import type { Config } from './config.ts';
import { readEnvironment } from './environment.ts';
import { resolveConfig } from './resolve-config.ts';

/**
 * Loads the file `HOLDFAST_CONFIG` names, else the project's own `holdfast.config.ts`, and resolves it.
 * @throws UsageError where the file cannot be loaded or does not parse.
 */
export async function loadConfig(): Promise<Config> {
  const environment = readEnvironment();
  const written = await importConfig(environment['HOLDFAST_CONFIG']);
  return resolveConfig(written, environment);
}

async function importConfig(file: string | undefined): Promise<unknown> {
  try {
    // The project's own config is a static part of the bundle; another one is read where the process runs.
    const module: { default?: unknown } = file
      ? await import(/* turbopackIgnore: true */ /* @vite-ignore */ pathToFileURL(resolve(file)).href)
      : await import('#config');
    return module.default;
  } catch (cause) {
    throw new UsageError(`Cannot load ${file ?? 'holdfast.config.ts'}: ${firstLine(cause)}`, {
      code: 'config_not_loaded',
      hint: 'Check that the file exists and that it is TypeScript with a default export of defineConfig({...}).',
      cause,
    });
  }
}

function firstLine(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).split('\n')[0] ?? '';
}
