import { randomBytes } from 'node:crypto';
import type { Config } from '#lib/config/config.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { StorageError } from '#lib/errors/storage-error.ts';
import type { Check } from '#lib/report/check.ts';
import type { ObjectStore } from '#lib/repository/object-store.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import { openStore, parseStoreLocation } from '#lib/repository/open-store.ts';
import { describeBucket } from './describe-bucket.ts';

/**
 * The repository: which one it is, whether an object can be written, read, listed and deleted, and what a bucket can
 * do. Makes none, and takes away what it tried with.
 */
export async function checkRepository(config: Pick<Config, 'repository' | 's3' | 'encryption'>): Promise<Check[]> {
  const object = `repository ${config.repository}`;
  const results: Check[] = [];
  const examine = async (work: () => Promise<Check[]>): Promise<boolean> => {
    try {
      results.push(...(await work()));
      return true;
    } catch (cause) {
      if (!(cause instanceof HoldfastError)) throw cause;
      results.push({ name: 'repository', object, passed: false, detail: cause.message, hint: cause.hint });
      return false;
    }
  };
  await examine(async () => [await describeRepository(config)]);
  const usable = await examine(async () => {
    const detail = await probeStore(await openStore(config.repository, { s3: config.s3 }));
    return [{ name: 'write, read, list, delete', object, passed: true, detail, hint: '' }];
  });
  if (usable) await examine(() => checkBucket(config, object));
  return results;
}

async function describeRepository({
  repository,
  s3,
  encryption,
}: Pick<Config, 'repository' | 's3' | 'encryption'>): Promise<Check> {
  const check = { name: 'repository', object: `repository ${repository}`, passed: true, hint: '' };
  try {
    const { location, codec, keys } = await openRepository({ location: repository, access: 'read', s3, encryption });
    const sealed = keys === null ? 'not encrypted' : `encrypted, ${keys.describe()}`;
    return { ...check, detail: `${location}: format 1, ${codec}, ${sealed}` };
  } catch (cause) {
    if (!(cause instanceof HoldfastError) || cause.code !== 'repository_missing') throw cause;
    const { location } = await openStore(repository, { s3 });
    return { ...check, detail: `${location}: none yet, the first backup makes it` };
  }
}

async function checkBucket({ repository, s3 }: Pick<Config, 'repository' | 's3'>, object: string): Promise<Check[]> {
  const place = parseStoreLocation(repository);
  if (place.kind === 'file') return [];
  const { examineS3 } = await import('#lib/repository/examine-s3.ts');
  return describeBucket(await examineS3(place, s3), s3, object);
}

async function probeStore(store: ObjectStore): Promise<string> {
  const key = `probes/${randomBytes(8).toString('hex')}`;
  const content = randomBytes(1024);
  const began = Date.now();
  let deleted = true;
  await store.put(key, [content], { ifAbsent: true });
  try {
    const read = await store.get(key);
    if (read === undefined || !read.equals(content))
      throw unreliable(`${store.location} does not give back what was written.`);
    const listed: string[] = [];
    for await (const info of store.list(key)) listed.push(info.key);
    if (!listed.includes(key)) throw unreliable(`${store.location} does not list what was written.`);
  } finally {
    deleted = await removeProbe(store, key);
  }
  const took = `in ${Date.now() - began} ms`;
  if (!deleted) return `an object was written, read and listed ${took}; ${key} stays, as it may not be deleted`;
  if ((await store.head(key)) !== undefined) throw unreliable(`${store.location} keeps what was deleted.`);
  return `an object was written, read, listed and deleted ${took}`;
}

/** False where the role may not delete, or not yet: that is no fault of a place for backups. */
async function removeProbe(store: ObjectStore, key: string): Promise<boolean> {
  try {
    await store.delete(key);
    return true;
  } catch (cause) {
    if (cause instanceof StorageError && ['storage_denied', 'storage_locked'].includes(cause.code)) return false;
    throw cause;
  }
}

function unreliable(message: string): StorageError {
  const hint = 'Do not keep backups in a store that does not keep what it is given.';
  return new StorageError(message, { code: 'storage_unreliable', hint });
}
