import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { UsageError } from '#lib/errors/usage-error.ts';
import { deriveKey } from './derive-key.ts';

const prefix = 'holdfast-key-1:';
const keyBytes = 32;
const form = new RegExp(`^${prefix}([A-Za-z0-9_-]{43})$`);

/** The keys that follow from one `HOLDFAST_KEY`, each for one use; docs/repository-format.md has how. */
export interface RepositoryKey {
  /** 16 hex digits that follow from the key and tell nothing of it: safe to publish. */
  readonly id: string;
  readonly encryption: KeyObject;
  readonly nonce: KeyObject;
  readonly name: KeyObject;
  readonly manifest: KeyObject;
}

/** A new key as `HOLDFAST_KEY` takes it: 32 random bytes. A secret. */
export function generateKey(): string {
  return `${prefix}${randomBytes(keyBytes).toString('base64url')}`;
}

/** Reads a key. @throws UsageError that names the variable and never shows what is in it. */
export function parseRepositoryKey(text: string, variable: string): RepositoryKey {
  const encoded = form.exec(text)?.[1];
  const bytes = Buffer.from(encoded ?? '', 'base64url');
  // The last digit of 43 carries two bits too many: only one of the four that decode alike is the key.
  if (encoded === undefined || bytes.toString('base64url') !== encoded) {
    throw new UsageError(`${variable} is not a key of Holdfast: ${describeFault(text)}.`, {
      code: 'key_malformed',
      hint: `A key is ${prefix} and 43 characters of base64url, as \`holdfast key generate\` prints it.`,
    });
  }
  return expandKey(bytes);
}

/** Every use has a key of its own: what one of them gives away says nothing of the others. */
function expandKey(bytes: Uint8Array): RepositoryKey {
  const derive = (use: string): KeyObject =>
    createSecretKey(deriveKey(bytes, { info: `holdfast/1/${use}`, length: keyBytes }));
  return {
    id: deriveKey(bytes, { info: 'holdfast/1/key-id', length: 8 }).toString('hex'),
    encryption: derive('encryption'),
    nonce: derive('nonce'),
    name: derive('name'),
    manifest: derive('manifest'),
  };
}

function describeFault(text: string): string {
  if (text === '') return 'it is set and empty';
  if (!text.startsWith(prefix)) return `it does not begin with ${prefix}`;
  const found = text.length - prefix.length;
  return found === 43 ? 'what follows its prefix is not base64url' : `${found} characters follow its prefix, not 43`;
}
