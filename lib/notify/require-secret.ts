import type { Secret } from '#lib/config/channel.ts';
import { UsageError } from '#lib/errors/usage-error.ts';

/** What the secret holds. @throws UsageError that names the variable where it is not set. */
export function requireSecret({ value, from }: Secret): string {
  if (value !== null) return value;
  throw new UsageError(`${from} is not set.`, {
    code: 'secret_missing',
    hint: 'Set it in the environment of every process that runs Holdfast.',
  });
}
