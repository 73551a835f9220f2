import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** Runs a line of the shell and answers how it ended and what it said on stderr. */
export async function runShell(
  line: string,
  env: Record<string, string> = {},
): Promise<{ exitCode: number; stderr: string }> {
  const child = spawn('sh', ['-c', line], {
    env: { PATH: process.env['PATH'], NODE_ENV: 'test', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [stderr, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  return { exitCode: Number(exitCode), stderr };
}
