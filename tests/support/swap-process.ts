import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { SwapCutover } from './swap-place.ts';

/** What `swap-main.ts` is to do. */
export interface SwapTask {
  verb: 'cutOver' | 'rollBack';
  url: string;
  repository: string;
  cutover: SwapCutover;
}

/** A process that swaps; `begun` when its first connection is about to be made. */
export async function startSwap(task: SwapTask): Promise<{ child: ChildProcess; ended: Promise<number | null> }> {
  const program = join(import.meta.dirname, 'swap-main.ts');
  const child = spawn(process.execPath, [program, JSON.stringify(task)], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(child, 'close').then(([status]: (number | null)[]) => status ?? null);
  await once(child.stdout, 'data');
  // What it says further must not fill the pipe.
  child.stdout.resume();
  return { child, ended };
}
