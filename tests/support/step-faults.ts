import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { UserConfig } from '#lib/config/config-schema.ts';
import { runFolder } from '#lib/runs/run-id.ts';
import type { StepRecord } from '#lib/runs/run-record.ts';

const key = Symbol.for('holdfast-test.config-read');

/** A config that can be broken at one moment, as by a bad deployment. One lane, so that steps come one after the other. */
export interface BreakableConfig {
  file: string;
  /** From now on the n-th reading, counted from one, finds a config that does not parse; `null`: none does. */
  breakAt(reading: number | null): void;
}

/** Writes a config file into `folder`, with more in it where `config` says so. Every step reads the config as its first act. */
export async function writeBreakableConfig(folder: string, config: UserConfig = {}): Promise<BreakableConfig> {
  const file = join(folder, 'breakable.config.mjs');
  await writeFile(
    file,
    `export default { retryDelay: '10ms', ...${JSON.stringify(config)}, get lanes() { return globalThis[Symbol.for(${JSON.stringify(key.description)})]?.() ?? 1; } };\n`,
  );
  return {
    file,
    breakAt(reading) {
      let read = 0;
      Reflect.set(globalThis, key, () => (++read === reading ? -1 : 1));
    },
  };
}

/**
 * Lets a step's last act fail, which is writing its record: a folder stands where the file should go. What the step has
 * done by then is done.
 */
export function blockRecord(
  folder: string,
  { run, step }: { run: string; step: Pick<StepRecord, 'n' | 'slug'> },
): void {
  mkdirSync(join(folder, runFolder(run), 'steps', `${step.n}-${step.slug}.json`), { recursive: true });
}
