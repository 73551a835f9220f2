import { RefusedError } from '#lib/errors/refused-error.ts';
import { StorageError } from '#lib/errors/storage-error.ts';
import type { ObjectStore } from './object-store.ts';
import { openStore } from './open-store.ts';
import { plainSeal } from './plain-seal.ts';
import { createRepository, parseStoredJson, type Repository } from './repository.ts';
import {
  anyRepositoryInfoSchema,
  type Codec,
  type RepositoryInfo,
  repositoryFormat,
  repositoryInfoKey,
  repositoryInfoSchema,
} from './repository-info.ts';
import type { S3Options } from './s3-client.ts';

export interface OpenRepositoryOptions {
  /** `s3://bucket/prefix` or `file:PATH`. */
  location: string;
  /** For 'write' an empty location becomes a repository; for 'read' it is an error. */
  access: 'read' | 'write';
  s3?: S3Options | undefined;
  /** Codec of a repository that is created; one that exists keeps its own. Default 'zstd'. */
  codec?: Codec | undefined;
}

/**
 * Opens a repository and checks its `holdfast.json`. UsageError: the location does not parse. StorageError: no
 * repository there, or no right or no space to make one. RefusedError: a newer format, or a location that holds other
 * things. DamagedError: `holdfast.json` does not parse.
 */
export async function openRepository(options: OpenRepositoryOptions): Promise<Repository> {
  const store = await openStore(options.location, { s3: options.s3 });
  const info =
    (await readInfo(store)) ?? (options.access === 'write' ? await createInfo(store, options.codec) : undefined);
  if (info === undefined) {
    throw new StorageError(`There is no repository at ${store.location}`, {
      code: 'repository_missing',
      hint: 'Check HOLDFAST_REPOSITORY; the first backup creates the repository.',
    });
  }
  return createRepository({ store, seal: plainSeal, codec: info.codec });
}

/**
 * Makes the location a repository. Of several creators at once one wins, and all of them go on with what is stored.
 */
async function createInfo(store: ObjectStore, codec: Codec = 'zstd'): Promise<RepositoryInfo | undefined> {
  for await (const found of store.list('')) {
    // Another creator may have been faster between our look and this listing.
    if (found.key === repositoryInfoKey || (await readInfo(store)) !== undefined) break;
    throw new RefusedError(`${store.location} is not empty and not a Holdfast repository: it holds ${found.key}`, {
      code: 'repository_not_empty',
      hint: `Choose an empty folder or prefix; if this was a repository, bring back its ${repositoryInfoKey}.`,
    });
  }
  const info: RepositoryInfo = { format: repositoryFormat, created: new Date().toISOString(), codec, encryption: null };
  await store.put(repositoryInfoKey, [Buffer.from(`${JSON.stringify(info, null, 2)}\n`)], { ifAbsent: true });
  return readInfo(store);
}

async function readInfo(store: ObjectStore): Promise<RepositoryInfo | undefined> {
  const bytes = await store.get(repositoryInfoKey);
  if (bytes === undefined) return undefined;
  const object = { key: repositoryInfoKey, location: store.location };
  const { format, encryption } = parseStoredJson(bytes, { ...object, schema: anyRepositoryInfoSchema });
  if (format > repositoryFormat) {
    throw new RefusedError(
      `The repository ${store.location} has format ${format}, this Holdfast reads format ${repositoryFormat}`,
      { code: 'repository_format_newer', hint: 'Upgrade Holdfast.' },
    );
  }
  if (encryption !== null && encryption !== undefined) {
    throw new RefusedError(`The repository ${store.location} is encrypted, which this Holdfast cannot read`, {
      code: 'repository_encrypted',
      hint: 'Upgrade Holdfast.',
    });
  }
  return parseStoredJson(bytes, { ...object, schema: repositoryInfoSchema });
}
