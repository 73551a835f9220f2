import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { readEnvironment } from '#lib/config/environment.ts';

/** What one verb of the CLI works with. */
export interface VerbSetting {
  sourceUrl: string;
  targetUrl: string;
  repository: string;
  state: string;
}

/** One life of the CLI's process. */
export interface Life {
  args: readonly string[];
  /** True where our SIGKILL ended it. */
  killed: boolean;
  exitCode: number | null;
  stdout: string;
  stderr: string;
  startedAt: number;
  endedAt: number;
}

const program = join(import.meta.dirname, '..', '..', 'cli', 'holdfast.js');
/** Small, so that a verb of two seconds has many steps to be killed between. */
const stepBudget = '100ms';
/** A verb that hangs is a failure to report, not one to wait for. */
const patienceMs = 180_000;

/** Runs one verb in a process of its own; SIGKILLs it `killAfterMs` after its start, where given. */
export async function runVerb(
  args: readonly string[],
  options: { setting: VerbSetting; killAfterMs?: number | undefined },
): Promise<Life> {
  const startedAt = Date.now();
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environmentOf(options.setting),
  });
  const kill = (): void => void child.kill('SIGKILL');
  const timers = [setTimeout(kill, patienceMs)];
  if (options.killAfterMs !== undefined) timers.push(setTimeout(kill, options.killAfterMs));
  const [stdout, stderr, [exitCode, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  for (const timer of timers) clearTimeout(timer);
  const endedAt = Date.now();
  if (endedAt - startedAt >= patienceMs) throw new Error(`${args.join(' ')} hangs:\n${stdout}\n${stderr}`);
  return { args, killed: signal === 'SIGKILL', exitCode, stdout, stderr, startedAt, endedAt };
}

function environmentOf(setting: VerbSetting): NodeJS.ProcessEnv {
  const foreign = /^(INNGEST_|HOLDFAST_|DATABASE_URL$|NEON_)/;
  const own = Object.entries(readEnvironment()).filter(([name]) => !foreign.test(name));
  return {
    ...Object.fromEntries(own),
    // Next's types want it in every environment.
    NODE_ENV: 'production',
    DATABASE_URL: setting.sourceUrl,
    NEON_DATABASE_URL: setting.targetUrl,
    HOLDFAST_REPOSITORY: `file:${setting.repository}`,
    HOLDFAST_STATE: setting.state,
    HOLDFAST_STEP_BUDGET: stepBudget,
  };
}
