import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { KeyRing, type KeyTexts } from '#lib/repository/encryption/key-ring.ts';
import { generateKey } from '#lib/repository/encryption/repository-key.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { chunkKey } from '#lib/repository/repository-keys.ts';
import { startS3Server } from '#tests/support/s3-server.ts';

const [key, other, third] = [generateKey(), generateKey(), generateKey()];
const idOf = (text: string): string => new KeyRing({ key: text, oldKeys: [] }).current?.id ?? '';
const under = (current: string | null, ...oldKeys: string[]): KeyTexts => ({ key: current, oldKeys });
const content = Buffer.from('1\tAda Lovelace\n');
const schema = z.strictObject({ said: z.string() });
const refused = (code: string) => expect.objectContaining({ name: 'RefusedError', code });

describe('an encrypted repository', () => {
  it('is made where a key is set, and says under which', async () => {
    await withFolder(async (folder) => {
      await open(folder, { encryption: under(key) });
      expect(JSON.parse(await readFile(join(folder, 'holdfast.json'), 'utf8'))).toEqual({
        ...{ format: 1, created: expect.any(String), codec: 'zstd' },
        encryption: { scheme: 'holdfast-seal-1', keyId: idOf(key) },
      });
    });
  });

  it('holds chunks and documents of which its bytes show nothing', async () => {
    await withFolder(async (folder) => {
      const repository = await open(folder, { encryption: under(key) });
      const chunk = await repository.putChunk([content]);
      expect(await repository.putChunk([content])).toEqual({ ...chunk, created: false });
      await repository.putJson('runs/a.json', { said: 'Ada Lovelace' });
      expect((await repository.getChunk(chunk.name, { object: 'a', size: chunk.stored })).equals(content)).toBe(true);
      expect(await repository.getJson('runs/a.json', schema)).toEqual({ said: 'Ada Lovelace' });
      expect(await readAll(folder)).not.toContain('Ada');
    });
  });

  it('is damaged, not refused, where bytes were changed; a run record from elsewhere is found', async () => {
    await withFolder(async (folder) => {
      const repository = await open(folder, { encryption: under(key) });
      const { name, stored } = await repository.putChunk([content]);
      await repository.putJson('runs/a.json', { said: 'a' });
      await repository.putJson('runs/b.json', { said: 'b' });
      const damaged = expect.objectContaining({ name: 'DamagedError', code: 'object_changed', exitCode: 5 });
      const chunk = join(folder, chunkKey(name));
      const sound = await readFile(chunk);
      // The 9th byte is of the key id: a chunk under no key that anybody has is a changed one.
      for (const at of [0, 9, 20, 30, stored - 1]) {
        await replace(chunk, Buffer.from(sound.map((byte, index) => (index === at ? byte ^ 1 : byte))));
        await expect(repository.getChunk(name, { object: 'a', size: stored }), `byte ${at}`).rejects.toEqual(damaged);
      }
      await replace(join(folder, 'runs/a.json'), await readFile(join(folder, 'runs/b.json')));
      await expect(repository.getJson('runs/a.json', schema)).rejects.toEqual(damaged);
      await replace(join(folder, 'runs/a.json'), Buffer.from('{"said":"forged"}'));
      await expect(repository.getJson('runs/a.json', schema)).rejects.toEqual(damaged);
    });
  });

  it('opens without its key for reading, and then gives what is public only', async () => {
    await withFolder(async (folder) => {
      const sealed = await open(folder, { encryption: under(key) });
      const { name } = await sealed.putChunk([content]);
      await sealed.putJson('runs/a.json', { said: 'a' });
      await sealed.putJson('kept/x.fence', { said: 'mark' });
      const reader = await open(folder, { access: 'read' });
      expect(await reader.hasChunk(name)).toBe(true);
      expect(await reader.getJson('kept/x.fence', schema)).toEqual({ said: 'mark' });
      const tells = expect.objectContaining({
        ...{ name: 'RefusedError', code: 'key_missing', exitCode: 3 },
        message: expect.stringContaining(idOf(key)),
      });
      await expect(reader.getJson('runs/a.json', schema)).rejects.toEqual(tells);
      await expect(reader.putJson('runs/b.json', { said: 'b' })).rejects.toEqual(refused('key_missing'));
      await expect(reader.putChunk([content])).rejects.toEqual(refused('key_missing'));
      await expect(open(folder)).rejects.toEqual(tells);
    });
  });

  it('refuses a key that is not its own, for reading and for writing, and changes nothing', async () => {
    await withFolder(async (folder) => {
      await (await open(folder, { encryption: under(key) })).putChunk([content]);
      const before = await readdir(folder, { recursive: true });
      for (const access of ['read', 'write'] as const) {
        await expect(open(folder, { access, encryption: under(other, third) })).rejects.toEqual(
          expect.objectContaining({
            ...{ name: 'RefusedError', code: 'key_unknown' },
            message: expect.stringMatching(
              `is encrypted under key id ${idOf(key)}; the keys given have ids ${idOf(third)}, ${idOf(other)}`,
            ),
          }),
        );
      }
      expect(await readdir(folder, { recursive: true })).toEqual(before);
    });
  });

  it('takes a new key beside a former one, and later without it', async () => {
    await withFolder(async (folder) => {
      const first = await (await open(folder, { encryption: under(key) })).putChunk([content]);
      const both = await open(folder, { encryption: under(other, key) });
      // Under another key equal content is another object.
      const second = await both.putChunk([content]);
      expect(second).toMatchObject({ created: true });
      expect(second.name).not.toBe(first.name);
      for (const { name } of [first, second]) {
        expect((await both.getChunk(name, { object: 'a' })).equals(content)).toBe(true);
      }
      const later = await open(folder, { encryption: under(other) });
      expect((await later.getChunk(second.name, { object: 'a' })).equals(content)).toBe(true);
      await (await open(folder, { encryption: under(third, other) })).putChunk([content]);
      expect(await open(folder, { encryption: under(third) })).toBeDefined();
      await expect(open(folder, { encryption: under(generateKey()) })).rejects.toEqual(refused('key_unknown'));
    });
  });

  it('and a plain one never mix: a key and a plain repository refuse each other', async () => {
    await withFolder(async (folder) => {
      const plain = await open(folder);
      const { name } = await plain.putChunk([content]);
      for (const access of ['read', 'write'] as const) {
        await expect(open(folder, { access, encryption: under(key) })).rejects.toEqual(
          refused('repository_not_encrypted'),
        );
      }
      expect((await plain.getChunk(name, { object: 'a' })).equals(content)).toBe(true);
    });
  });

  it('made plain by somebody else is refused to who has its key', async () => {
    await withFolder(async (folder) => {
      await open(folder, { encryption: under(key) });
      const info = JSON.parse(await readFile(join(folder, 'holdfast.json'), 'utf8'));
      await replace(join(folder, 'holdfast.json'), Buffer.from(JSON.stringify({ ...info, encryption: null })));
      await expect(open(folder, { access: 'read', encryption: under(key) })).rejects.toEqual(
        refused('repository_not_encrypted'),
      );
    });
  });

  it('with creators of two settings at the same moment is of one of them, and refuses the other', async () => {
    await withFolder(async (folder) => {
      await using server = await startS3Server();
      const s3 = { endpoint: server.endpoint, credentials: server.account };
      for (let round = 0; round < 10; round++) {
        for (const place of [
          { location: `file:${join(folder, String(round))}` },
          { location: `s3://${server.bucket}/${round}`, s3 },
        ]) {
          const settings = [under(null), under(key), under(other), under(null), under(key), under(other)];
          const opened = await Promise.allSettled(
            settings.map((encryption) => openRepository({ ...place, access: 'write', encryption })),
          );
          const won = opened.flatMap((one, at) => (one.status === 'fulfilled' ? [settings[at]?.key] : []));
          expect(won).toHaveLength(2);
          expect(new Set(won).size).toBe(1);
          for (const one of opened) {
            if (one.status === 'rejected') expect(one.reason).toMatchObject({ name: 'RefusedError', exitCode: 3 });
          }
        }
      }
    });
  });

  it.each([
    ['a plain one', { encryption: null }],
    ['one under another key', { encryption: { scheme: 'holdfast-seal-1', keyId: idOf(other) } }],
    ['one of another codec', { codec: 'gzip' }],
  ])('that becomes %s between its opening and the first chunk takes no chunk', async (_what, change) => {
    await withFolder(async (folder) => {
      const repository = await open(folder, { encryption: under(key) });
      // What a creator at the same moment does in a store without conditional writes, whose put comes last.
      const info = join(folder, 'holdfast.json');
      const sound = await readFile(info);
      await replace(info, Buffer.from(JSON.stringify({ ...JSON.parse(sound.toString()), ...change })));
      await expect(repository.putChunk([content])).rejects.toEqual(refused('repository_changed'));
      expect(await readdir(folder)).not.toContain('chunks');
      await replace(info, sound);
      expect(await repository.putChunk([content])).toMatchObject({ created: true });
    });
  });

  it.each([
    ['missing', undefined, 'RefusedError', /is not empty and not a Holdfast repository/],
    ['empty', '', 'DamagedError', /holdfast\.json .* is not JSON/],
    ['half', '{"format": 1, "created": "2026-', 'DamagedError', /holdfast\.json .* is not JSON/],
    [
      'without its key id',
      '{"format":1,"created":"2026-11-21T03:43:18.420Z","codec":"zstd","encryption":{"scheme":"holdfast-seal-1"}}',
      ...(['DamagedError', /holdfast\.json .* at encryption\.keyId/] as const),
    ],
    [
      'of another scheme',
      '{"format":1,"created":"2026-11-21T03:43:18.420Z","codec":"zstd","encryption":{"scheme":"later"}}',
      ...(['RefusedError', /encrypted by another scheme/] as const),
    ],
  ])('whose holdfast.json is %s opens for nobody and stays as it is', async (_what, text, name, message) => {
    await withFolder(async (folder) => {
      await (await open(folder, { encryption: under(key) })).putChunk([content]);
      await rm(join(folder, 'holdfast.json'));
      if (text !== undefined) await writeFile(join(folder, 'holdfast.json'), text);
      const before = await readAll(folder);
      for (const encryption of [under(key), under(null), under(other)]) {
        for (const access of ['read', 'write'] as const) {
          await expect(open(folder, { access, encryption })).rejects.toMatchObject({
            name,
            message: expect.stringMatching(message),
          });
        }
      }
      expect(await readAll(folder)).toBe(before);
    });
  });
});

function open(
  folder: string,
  { access = 'write', encryption }: { access?: 'read' | 'write'; encryption?: KeyTexts } = {},
): Promise<Repository> {
  return openRepository({ location: `file:${folder}`, access, encryption });
}

/** Everything that lies in a folder, names included, as Latin-1 text. */
async function readAll(folder: string): Promise<string> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = files
    .filter((file) => file.isFile())
    .map(async ({ parentPath, name }) => `${name}\n${await readFile(join(parentPath, name), 'latin1')}`);
  return (await Promise.all(texts)).join('\n');
}

async function replace(file: string, bytes: Buffer): Promise<void> {
  await rm(file, { force: true });
  await writeFile(file, bytes);
}

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-encrypted-'));
  try {
    await mkdir(join(folder, 'repository'));
    await work(join(folder, 'repository'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
