import { UsageError } from '#lib/errors/usage-error.ts';

/** Of a webhook that is not of its sender's shape. */
export function malformed(how: string, cause: unknown): UsageError {
  return new UsageError(`The webhook ${how}.`, {
    code: 'bad_webhook',
    hint: 'Have it sent as application/json; `signature` of the hook says whose webhook is expected.',
    cause,
  });
}
