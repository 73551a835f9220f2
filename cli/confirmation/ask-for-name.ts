import { createInterface } from 'node:readline';
import { CancelledError } from '#lib/errors/cancelled-error.ts';

/** Whether somebody is there to be asked: stdin to answer, stderr to see the question. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/**
 * Asks at the terminal and answers what was typed; nothing where the input ended.
 * @throws CancelledError on Ctrl-C: nothing was begun.
 */
export async function askForName(question: string): Promise<string> {
  const line = createInterface({ input: process.stdin, output: process.stderr });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  line.on('SIGINT', () => {
    const hint = 'Nothing was begun.';
    reject(new CancelledError('Stopped before anything was begun.', { code: 'stopped', hint }));
  });
  line.on('close', () => resolve(''));
  line.question(question, (typed) => resolve(typed.trim()));
  try {
    return await promise;
  } finally {
    line.close();
  }
}
