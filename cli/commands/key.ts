import type { Command } from 'commander';
import type { Terminal } from '#cli/output/terminal.ts';
import { loadConfig } from '#lib/config/load-config.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import { KeyRing } from '#lib/repository/encryption/key-ring.ts';
import { generateKey, parseRepositoryKey } from '#lib/repository/encryption/repository-key.ts';
import { describeExamples, type StartVerb } from './verb.ts';

/** `holdfast key generate` and `holdfast key id`. */
export function addKey(program: Command, start: StartVerb): void {
  const key = program
    .command('key')
    .summary('make a key for encrypted repositories, or tell which is set')
    .description('Keys of encrypted repositories. Whoever has a key reads the backups; who has lost it reads none.');
  key
    .command('generate')
    .summary('print a new key')
    .description('Print a new key for HOLDFAST_KEY, and nothing else. Keep it where the backups are not.')
    .addHelpText(
      'after',
      describeExamples([
        ['HOLDFAST_KEY=$(holdfast key generate)', 'a new key, into the variable'],
        ['holdfast key generate > key.txt', 'into a file, to be kept in a safe place'],
      ]),
    )
    .action((_options: unknown, command: Command) => start(command, generate));
  key
    .command('id')
    .summary('print the id of the key that is set')
    .description('Print the id of HOLDFAST_KEY, and of HOLDFAST_OLD_KEYS. An id tells nothing of its key.')
    .addHelpText('after', describeExamples([['holdfast key id', 'the id that backups made now will carry']]))
    .action((_options: unknown, command: Command) => start(command, showIds));
}

async function generate(terminal: Terminal): Promise<number> {
  const key = generateKey();
  const { id } = parseRepositoryKey(key, 'The new key');
  terminal.result({ key, keyId: id }, () => key);
  return 0;
}

async function showIds(terminal: Terminal): Promise<number> {
  const { encryption } = await loadConfig();
  const { current, oldIds } = new KeyRing(encryption);
  if (current === undefined) {
    throw new UsageError('HOLDFAST_KEY is not set.', {
      code: 'no_key',
      hint: 'Make one by `holdfast key generate`. Without one, repositories are not encrypted.',
    });
  }
  terminal.result({ keyId: current.id, oldKeyIds: oldIds }, () =>
    [current.id, ...oldIds.map((id) => `${id} (old)`)].join('\n'),
  );
  return 0;
}
