import { UsageError } from '#lib/errors/usage-error.ts';

const objectKey = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;

/** Throws UsageError unless the key has the form ObjectStore asks for: no `..`, no leading slash, no odd characters. */
export function assertObjectKey(key: string): void {
  if (objectKey.test(key)) return;
  throw new UsageError(`${JSON.stringify(key)} is not an object key`, {
    code: 'object_key_malformed',
    hint: 'Use letters, digits, dots, dashes and underscores in names; no part may be empty or begin with a dot.',
  });
}
