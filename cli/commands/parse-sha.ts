import { InvalidArgumentError } from 'commander';

/** The digits of a SHA, in lower case. */
export function parseSha(text: string): string {
  if (/^[0-9a-fA-F]{4,64}$/.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError('It is not at least 4 hexadecimal digits of a commit.');
}
