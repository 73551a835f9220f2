import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CutoverWatch } from './cutover-watch.ts';
import type { KillMoment } from './plan-transfer-rounds.ts';

const pauseMs = 8;

/** Waits for a moment in the life of a process that is expected to go on for `leftMs`. @throws an AbortError. */
export async function awaitMoment(
  moment: KillMoment,
  options: { leftMs: number; cutover: CutoverWatch; repository: string; signal: AbortSignal },
): Promise<void> {
  const { leftMs, cutover, repository, signal } = options;
  switch (moment.aim) {
    case 'time':
      return sleep(moment.at * leftMs, undefined, { signal });
    case 'cutover':
      await cutover.untilBegun(signal);
      return sleep(moment.at * cutover.spanMs, undefined, { signal });
    case 'proof':
      await untilWritten({ folder: join(repository, 'runs'), file: /\/steps\/\d+-plan-proof\.json$/, signal });
      return sleep(moment.afterMs, undefined, { signal });
    case 'manifest':
      return untilWritten({ folder: join(repository, 'backups'), file: /\/manifest\.json$/, signal });
  }
}

async function untilWritten(options: { folder: string; file: RegExp; signal: AbortSignal }): Promise<void> {
  const { folder, file, signal } = options;
  for (;;) {
    const files = await readdir(folder, { recursive: true }).catch(() => []);
    if (files.some((name) => file.test(`/${name}`))) return;
    await sleep(pauseMs, undefined, { signal });
  }
}
