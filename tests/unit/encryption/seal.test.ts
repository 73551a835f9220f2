import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createEncryptedSeal } from '#lib/repository/encryption/encrypted-seal.ts';
import { KeyRing } from '#lib/repository/encryption/key-ring.ts';
import { generateKey } from '#lib/repository/encryption/repository-key.ts';
import type { ObjectSeal } from '#lib/repository/object-seal.ts';
import { plainSeal } from '#lib/repository/plain-seal.ts';

const key = generateKey();
const ring = (current: string | null, ...oldKeys: string[]): KeyRing => new KeyRing({ key: current, oldKeys });
const seal = createEncryptedSeal(ring(key));
const content = Buffer.from(`1\tAda Lovelace\tada@example.org\n${'2\tCharles Babbage\t\\N\n'.repeat(20)}`);
const store = (parts: readonly Uint8Array[]): Buffer => Buffer.concat(parts);

/** A chunk as it lies in the store. */
function put(by: ObjectSeal, ...parts: Buffer[]): { name: string; stored: Buffer } {
  const { name, parts: sealed } = by.sealChunk(parts);
  return { name, stored: store(sealed) };
}

describe.each([
  ['the plain seal', plainSeal],
  ['the encrypted seal', seal],
])('%s', (_name, by) => {
  it('gives equal content one name and the same bytes, however it comes in parts', () => {
    const whole = put(by, content);
    expect(put(by, content.subarray(0, 7), content.subarray(7))).toEqual(whole);
    expect(put(by, ...[...content].map((byte) => Buffer.from([byte])))).toEqual(whole);
    expect(whole.name).toMatch(/^[0-9a-f]{64}$/);
    expect(by.openChunk(whole.name, whole.stored)).toEqual(content);
  });

  it.each([0, 1, 15, 16, 17, 3_000_000])('opens %i bytes', (length) => {
    const some = randomBytes(length);
    const { name, stored } = put(by, some);
    expect(by.openChunk(name, stored)?.equals(some)).toBe(true);
  });

  it('finds every flipped bit, every cut, and every byte too many', () => {
    const { name, stored } = put(by, content);
    for (let bit = 0; bit < stored.length * 8; bit++) {
      const damaged = Buffer.from(stored);
      damaged.writeUInt8(damaged.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(by.openChunk(name, damaged), `bit ${bit}`).toBeUndefined();
    }
    for (let length = 0; length < stored.length; length++) {
      expect(by.openChunk(name, stored.subarray(0, length)), `${length} bytes`).toBeUndefined();
    }
    expect(by.openChunk(name, Buffer.concat([stored, Buffer.alloc(1)]))).toBeUndefined();
  });

  it('finds one object in the place of another', () => {
    const [one, other] = [put(by, content), put(by, Buffer.from('3\tGrace Hopper\n'))];
    expect(by.openChunk(one.name, other.stored)).toBeUndefined();
    expect(by.openChunk(other.name, one.stored)).toBeUndefined();
  });
});

describe('the encrypted seal', () => {
  it('shows nothing of the content, and no name that could be made from it', () => {
    const { name, stored } = put(seal, content);
    for (const word of ['Ada', 'example', 'Babbage']) expect(stored.includes(word)).toBe(false);
    expect(name).not.toBe(createHash('sha256').update(content).digest('hex'));
    expect(name).not.toBe(createHash('sha256').update(stored).digest('hex'));
    expect(stored.length).toBe(content.length + 44);
  });

  it('gives the same content another name and other bytes under another key', () => {
    const other = put(createEncryptedSeal(ring(generateKey())), content);
    const here = put(seal, content);
    expect(other.name).not.toBe(here.name);
    expect(other.stored.subarray(28, 60).equals(here.stored.subarray(28, 60))).toBe(false);
  });

  it('never has one nonce for two texts: content and place are in it', () => {
    const nonces = new Map<string, string>();
    const nonceOf = (bytes: Buffer): string => bytes.subarray(16, 28).toString('hex');
    const texts = Array.from({ length: 500 }, (_, i) => Buffer.from(`row ${i}`));
    for (const text of texts) {
      nonces.set(nonceOf(put(seal, text).stored), 'chunk');
      nonces.set(nonceOf(store(seal.sealDocument('runs/a.json', text))), 'a');
      nonces.set(nonceOf(store(seal.sealDocument('runs/b.json', text))), 'b');
    }
    expect(nonces.size).toBe(1500);
  });

  it('seals a document for its place: elsewhere it does not open, nor does a chunk', () => {
    const sealed = store(seal.sealDocument('runs/a/result.json', content));
    expect(seal.openDocument('runs/a/result.json', sealed)).toEqual(content);
    expect(seal.openDocument('runs/b/result.json', sealed)).toBeUndefined();
    expect(seal.openDocument('runs/a/result.json', put(seal, content).stored)).toBeUndefined();
    expect(seal.openDocument('runs/a/result.json', content)).toBeUndefined();
    expect(seal.openDocument('chunk', put(seal, content).stored)).toBeUndefined();
    expect(seal.openChunk(put(seal, content).name, sealed)).toBeUndefined();
    for (let length = 0; length < sealed.length; length++) {
      expect(seal.openDocument('runs/a/result.json', sealed.subarray(0, length))).toBeUndefined();
    }
  });

  it('leaves in clear what is declared public, and nothing else', () => {
    const run = 'runs/20261121/20261121T014500Z-x7k2qd';
    const marks = ['kept/20261121T014500Z-x7k2qd.cutover', 'keys/0123456789abcdef.json'];
    for (const open of ['holdfast.json', ...marks, `${run}/run.json`, `${run}/children/restore.json`]) {
      expect(store(seal.sealDocument(open, content))).toEqual(content);
      expect(seal.openDocument(open, content)).toEqual(content);
    }
    for (const closed of [
      `${run}/result.json`,
      `${run}/steps/run.json`,
      'backups/p/x/pin.json',
      'keptsake',
      'a/run.json',
    ]) {
      expect(store(seal.sealDocument(closed, content)).includes('Ada')).toBe(false);
    }
  });

  it('writes under the current key and reads under any that is given', () => {
    const [former, later] = [generateKey(), generateKey()];
    const old = put(createEncryptedSeal(ring(former)), content);
    const rotated = createEncryptedSeal(ring(later, former));
    expect(rotated.openChunk(old.name, old.stored)).toEqual(content);
    expect(put(rotated, content)).toEqual(put(createEncryptedSeal(ring(later)), content));
    const document = store(createEncryptedSeal(ring(former)).sealDocument('runs/a.json', content));
    expect(rotated.openDocument('runs/a.json', document)).toEqual(content);
  });

  it('tells a key that is not given from bytes that were changed', () => {
    const [former, later] = [generateKey(), generateKey()];
    const formerId = ring(former).current?.id ?? '';
    const laterId = ring(later).current?.id ?? '';
    const document = store(createEncryptedSeal(ring(former)).sealDocument('runs/a.json', content));
    expect(() => createEncryptedSeal(ring(later)).openDocument('runs/a.json', document)).toThrow(
      expect.objectContaining({
        name: 'RefusedError',
        code: 'key_unknown',
        message: `runs/a.json was sealed under key id ${formerId}; the key given has id ${laterId}.`,
      }),
    );
    const without = createEncryptedSeal(ring(null));
    const missing = expect.objectContaining({ name: 'RefusedError', code: 'key_missing' });
    expect(() => without.openDocument('runs/a.json', document)).toThrow(missing);
    expect(() => without.sealDocument('runs/a.json', content)).toThrow(missing);
    expect(() => without.sealChunk([content])).toThrow(missing);
  });
});

describe('a key', () => {
  it('is 32 random bytes in one form', () => {
    const keys = Array.from({ length: 50 }, generateKey);
    expect(new Set(keys).size).toBe(50);
    for (const one of keys) expect(one).toMatch(/^holdfast-key-1:[A-Za-z0-9_-]{43}$/);
    expect(new Set(keys.map((one) => ring(one).current?.id)).size).toBe(50);
  });

  const digits = key.slice('holdfast-key-1:'.length);
  it.each([
    ['nothing', ''],
    ['no prefix', digits],
    ['another prefix', `holdfast-key-2:${digits}`],
    ['hex', `holdfast-key-1:${Buffer.from(digits, 'base64url').toString('hex')}`],
    ['a digit too few', key.slice(0, -1)],
    ['a digit too many', `${key}A`],
    ['a newline behind it', `${key}\n`],
    ['a space before it', ` ${key}`],
    ['base64 of the other alphabet', `holdfast-key-1:${'+'.repeat(43)}`],
    ['bits that no 32 bytes have', `holdfast-key-1:${'A'.repeat(42)}B`],
    ['a passphrase', 'correct horse battery staple'],
  ])('is refused with %s, and never shown', (_what, text) => {
    let said = '';
    try {
      ring(text);
    } catch (cause) {
      expect(cause).toMatchObject({ name: 'UsageError', code: 'key_malformed', exitCode: 2 });
      if (cause instanceof Error) said = `${cause.message} ${String(Reflect.get(cause, 'hint'))} ${cause.stack}`;
    }
    expect(said).toContain('HOLDFAST_KEY is not a key');
    for (const secret of [digits.slice(0, 12), 'correct', 'horse']) expect(said).not.toContain(secret);
    expect(() => ring(null, text)).toThrow(/HOLDFAST_OLD_KEYS is not a key/);
  });

  it('is not shown by printing a ring, as text or as JSON', async () => {
    const { inspect } = await import('node:util');
    const printed = `${inspect(ring(key), { depth: 9, showHidden: true })}${JSON.stringify(ring(key))}`;
    expect(printed).not.toContain(digits.slice(0, 12));
    expect(printed).not.toMatch(/[0-9a-f]{32}|Buffer/);
  });
});
