import { randomBytes } from 'node:crypto';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import type { Check } from '#lib/report/check.ts';
import type { KeyTexts } from '#lib/repository/encryption/key-ring.ts';
import type { ObjectStore } from '#lib/repository/object-store.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import { openStore } from '#lib/repository/open-store.ts';

/** The repository: which one it is, and whether an object can be written, read, listed and deleted. Makes none. */
export async function checkRepository(location: string, encryption?: KeyTexts): Promise<Check[]> {
  const object = `repository ${location}`;
  const results: Check[] = [];
  try {
    const store = await openStore(location);
    results.push(await describeRepository(store, { location, encryption }));
    const detail = await probeStore(store);
    results.push({ name: 'write, read, list, delete', object, passed: true, detail, hint: '' });
  } catch (cause) {
    if (!(cause instanceof HoldfastError)) throw cause;
    results.push({ name: 'repository', object, passed: false, detail: cause.message, hint: cause.hint });
  }
  return results;
}

async function describeRepository(
  store: ObjectStore,
  { location, encryption }: { location: string; encryption: KeyTexts | undefined },
): Promise<Check> {
  const check = { name: 'repository', object: `repository ${location}`, passed: true, hint: '' };
  try {
    const { codec, keys } = await openRepository({ location, access: 'read', encryption });
    const sealed = keys === null ? 'not encrypted' : `encrypted, ${keys.describe()}`;
    return { ...check, detail: `${store.location}: format 1, ${codec}, ${sealed}` };
  } catch (cause) {
    if (!(cause instanceof HoldfastError) || cause.code !== 'repository_missing') throw cause;
    return { ...check, detail: `${store.location}: none yet, the first backup makes it` };
  }
}

async function probeStore(store: ObjectStore): Promise<string> {
  const key = `probes/${randomBytes(8).toString('hex')}`;
  const content = randomBytes(1024);
  const began = Date.now();
  await store.put(key, [content], { ifAbsent: true });
  try {
    const read = await store.get(key);
    if (read === undefined || !read.equals(content))
      throw new Error(`${store.location} does not give back what was written.`);
    const listed: string[] = [];
    for await (const info of store.list(key)) listed.push(info.key);
    if (!listed.includes(key)) throw new Error(`${store.location} does not list what was written.`);
  } finally {
    await store.delete(key);
  }
  if ((await store.head(key)) !== undefined) throw new Error(`${store.location} keeps what was deleted.`);
  return `an object was written, read, listed and deleted in ${Date.now() - began} ms`;
}
