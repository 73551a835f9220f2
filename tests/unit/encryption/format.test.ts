import { createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createEncryptedSeal } from '#lib/repository/encryption/encrypted-seal.ts';
import { KeyRing } from '#lib/repository/encryption/key-ring.ts';

const document = await readFile(join(import.meta.dirname, '..', '..', '..', 'docs', 'repository-format.md'), 'utf8');
const block = /<!-- seal: example -->\n```\n([\s\S]*?)```/.exec(document)?.[1] ?? '';
const example = new Map(
  [...block.matchAll(/^(\S+(?: \S+)?) {2,}(.+)$/gm)].map(([, name = '', value = '']) => [name, value]),
);
const hex = (name: string): string => (example.get(name) ?? '').replaceAll(' ', '');
const content = Buffer.from(hex('content'), 'hex');
const place = 'runs/20261121/20261121T014500Z-x7k2qd/result.json';

describe('the example of docs/repository-format.md', () => {
  it('is what the seal makes of it', () => {
    const ring = new KeyRing({ key: example.get('key') ?? null, oldKeys: [] });
    const seal = createEncryptedSeal(ring);
    expect(content.toString()).toBe('1\tAda\n');
    const chunk = seal.sealChunk([content]);
    const sealed = seal.sealDocument(place, content);
    expect(document).toContain(`under the key \`${place}\``);
    expect({
      'key id': ring.current?.id,
      chunk: Buffer.concat(chunk.parts).toString('hex'),
      name: chunk.name,
      document: Buffer.concat(sealed).toString('hex'),
    }).toEqual({ 'key id': hex('key id'), chunk: hex('chunk'), name: hex('name'), document: hex('document') });
  });

  it('is what the text says, step by step', () => {
    const master = Buffer.from((example.get('key') ?? '').slice('holdfast-key-1:'.length), 'base64url');
    const derive = (use: string, length = 32): Buffer =>
      Buffer.from(hkdfSync('sha256', master, '', `holdfast/1/${use}`, length));
    const hmac = (use: string, ...parts: Buffer[]): Buffer =>
      createHmac('sha256', derive(use)).update(Buffer.concat(parts)).digest();
    expect(derive('key-id', 8).toString('hex')).toBe(hex('key id'));
    for (const [name, context] of [
      ['chunk', ''],
      ['document', place],
    ] as const) {
      const stored = Buffer.from(hex(name), 'hex');
      expect(stored.subarray(0, 8).toString('hex')).toBe('48465345414c310a');
      expect(stored.subarray(8, 16).toString('hex')).toBe(hex('key id'));
      const nonce = stored.subarray(16, 28);
      const decipher = createDecipheriv('aes-256-gcm', derive('encryption'), nonce);
      decipher.setAAD(Buffer.concat([stored.subarray(0, 16), Buffer.from(context)]));
      decipher.setAuthTag(stored.subarray(-16));
      const opened = Buffer.concat([decipher.update(stored.subarray(28, -16)), decipher.final()]);
      expect(opened).toEqual(content);
      const length = Buffer.from([0, 0, 0, context.length]);
      const mac = hmac('nonce', length, Buffer.from(context), content);
      expect(mac.subarray(0, 12)).toEqual(nonce);
      if (name === 'chunk') expect(hmac('name', mac).toString('hex')).toBe(hex('name'));
    }
  });
});
