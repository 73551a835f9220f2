import { createInterface } from 'node:readline/promises';
import type { Connection } from '#lib/config/config.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { UsageError } from '#lib/errors/usage-error.ts';

/**
 * Lets a restore into a protected connection go on only where its name was given once more: with `--yes-replace`, or
 * typed at a terminal. Never asks where stdin is none. @throws RefusedError, UsageError.
 */
export async function confirmTarget(target: Connection, yesReplace: string | undefined): Promise<void> {
  const { name } = target;
  if (yesReplace !== undefined && yesReplace !== name) {
    throw new UsageError(`--yes-replace names ${yesReplace}, the restore goes to ${name}.`, {
      code: 'wrong_confirmation',
      hint: 'Give the name of the target connection, or leave --yes-replace out.',
    });
  }
  if (!target.protected || yesReplace === name) return;
  const typed = process.stdin.isTTY && process.stderr.isTTY ? await askForName(name) : undefined;
  if (typed === name) return;
  throw new RefusedError(
    `The connection ${name} is protected${typed === undefined ? '' : ', and its name was not typed'}.`,
    {
      code: 'protected_target',
      hint: `If the restore is really meant to go there: --yes-replace ${name}.`,
    },
  );
}

async function askForName(name: string): Promise<string> {
  const ask = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await ask.question(`The connection ${name} is protected. Type its name to restore into it: `)).trim();
  } finally {
    ask.close();
  }
}
