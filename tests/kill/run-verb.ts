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
  /** Further variables. */
  env?: Readonly<Record<string, string>>;
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

/**
 * Runs one verb in a process group of its own, which gets a SIGKILL when `killWhen` resolves; its signal aborts when the
 * verb has ended before.
 */
export async function runVerb(
  args: readonly string[],
  options: { setting: VerbSetting; killWhen?: ((ended: AbortSignal) => Promise<unknown>) | undefined },
): Promise<Life> {
  const startedAt = Date.now();
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environmentOf(options.setting),
    detached: true,
  });
  const ending = new AbortController();
  const kill = (): void => {
    // A process that has ended has given its number back.
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    process.kill(-child.pid, 'SIGKILL');
  };
  const patience = setTimeout(kill, patienceMs);
  // Aborted: the verb was faster than the kill.
  void options.killWhen?.(ending.signal).then(kill, (cause: unknown) => {
    if (!ending.signal.aborted) throw cause;
  });
  const [stdout, stderr, [exitCode, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  ending.abort();
  clearTimeout(patience);
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
    ...setting.env,
  };
}
