import { RefusedError } from '#lib/errors/refused-error.ts';
import { StorageError } from '#lib/errors/storage-error.ts';
import { createEncryptedSeal } from './encryption/encrypted-seal.ts';
import { KeyRing, type KeyTexts } from './encryption/key-ring.ts';
import { noteCurrentKey, requireKnownKey } from './encryption/known-keys.ts';
import type { ObjectStore } from './object-store.ts';
import { openStore } from './open-store.ts';
import { plainSeal } from './plain-seal.ts';
import { createRepository, parseStoredJson, type Repository } from './repository.ts';
import {
  anyRepositoryInfoSchema,
  type Codec,
  encryptionScheme,
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
  /** With a key a repository that is created is encrypted; one that exists has to agree. Default: none. */
  encryption?: KeyTexts | undefined;
}

/**
 * Opens a repository and checks its `holdfast.json`. UsageError: the location or a key does not parse. StorageError: no
 * repository there, or no right or no space to make one. RefusedError: a newer format, a location that holds other
 * things, a plain repository where a key is set, an encrypted one with a key that is not its own, or without one where
 * it is to be written. DamagedError: `holdfast.json` does not parse. An encrypted repository opens for reading without
 * a key: what is public in it can be read.
 */
export async function openRepository(options: OpenRepositoryOptions): Promise<Repository> {
  const keys = new KeyRing(options.encryption ?? { key: null, oldKeys: [] });
  const store = await openStore(options.location, { s3: options.s3 });
  const info = (await readInfo(store)) ?? (await createInfo(store, { ...options, keyId: keys.current?.id }));
  if (info === undefined) {
    throw new StorageError(`There is no repository at ${store.location}`, {
      code: 'repository_missing',
      hint: 'Check HOLDFAST_REPOSITORY; the first backup creates the repository.',
    });
  }
  const { codec, encryption } = info;
  if (encryption === null) {
    refuseKey(keys, store);
    return createRepository({
      store,
      seal: plainSeal,
      codec,
      keys: null,
      beforeChunks: () => requireUnchanged(store, info),
    });
  }
  const known = { store, firstKeyId: encryption.keyId };
  if (keys.current !== undefined) await requireKnownKey(keys, known);
  else if (options.access === 'write') refuseWithoutKey(keys, known);
  const seal = createEncryptedSeal(keys);
  const beforeChunks = async (): Promise<void> => {
    await requireUnchanged(store, info);
    await noteCurrentKey(keys, known);
  };
  return createRepository({ store, seal, codec, keys, beforeChunks });
}

/**
 * Of several creators at once the last one wins where the store has no conditional writes: one with another codec or key
 * finds that out here, before it has stored anything.
 */
async function requireUnchanged(store: ObjectStore, { codec, encryption }: RepositoryInfo): Promise<void> {
  const now = await readInfo(store);
  if (now?.codec === codec && now.encryption?.keyId === encryption?.keyId) return;
  throw new RefusedError(`The ${repositoryInfoKey} of ${store.location} is not the one that was opened any more.`, {
    code: 'repository_changed',
    hint: 'Another process has made the repository at the same moment, with another codec or key. Run the command again.',
  });
}

/**
 * A key says that what is read is to be authentic, and what is written secret. A plain repository is neither, whoever
 * made it plain.
 */
function refuseKey(keys: KeyRing, { location }: ObjectStore): void {
  if (keys.isEmpty) return;
  const set = keys.current ? 'HOLDFAST_KEY' : 'HOLDFAST_OLD_KEYS';
  throw new RefusedError(`The repository ${location} is not encrypted, and ${set} is set.`, {
    code: 'repository_not_encrypted',
    hint: `Back up to another prefix or folder: it becomes an encrypted repository. To use this one as it is, unset ${set}.`,
  });
}

function refuseWithoutKey(keys: KeyRing, known: { store: ObjectStore; firstKeyId: string }): void {
  throw new RefusedError(
    `The repository ${known.store.location} is encrypted under key id ${known.firstKeyId}, and HOLDFAST_KEY is not set; ${keys.describe()}.`,
    {
      code: 'key_missing',
      hint: 'Set HOLDFAST_KEY to the key of this repository. Without it `holdfast list` and `show` tell the outline of its backups.',
    },
  );
}

/**
 * Makes the location a repository where it is to be written; `undefined` where it is to be read and holds nothing. Of
 * several creators at once one wins, and all of them go on with what is stored.
 */
async function createInfo(
  store: ObjectStore,
  { access, codec = 'zstd', keyId }: Pick<OpenRepositoryOptions, 'access' | 'codec'> & { keyId: string | undefined },
): Promise<RepositoryInfo | undefined> {
  for await (const found of store.list('')) {
    // What `holdfast doctor` has written and might not delete.
    if (found.key.startsWith('probes/')) continue;
    // Another creator may have been faster between our look and this listing.
    if (found.key === repositoryInfoKey || (await readInfo(store)) !== undefined) break;
    throw notEmpty(found.key, store);
  }
  if (access === 'read') return readInfo(store);
  const encryption = keyId === undefined ? null : ({ scheme: encryptionScheme, keyId } as const);
  const info: RepositoryInfo = { format: repositoryFormat, created: new Date().toISOString(), codec, encryption };
  await store.put(repositoryInfoKey, [Buffer.from(`${JSON.stringify(info, null, 2)}\n`)], { ifAbsent: true });
  return readInfo(store);
}

function notEmpty(found: string, { location }: ObjectStore): RefusedError {
  return new RefusedError(`${location} is not empty and not a Holdfast repository: it holds ${found}`, {
    code: 'repository_not_empty',
    hint: `Choose an empty folder or prefix; if this was a repository, bring back its ${repositoryInfoKey} (docs/repository-format.md says what stands in it).`,
  });
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
  if (encryption && encryption.scheme !== encryptionScheme) {
    throw new RefusedError(
      `The repository ${store.location} is encrypted by another scheme than ${encryptionScheme}, which this Holdfast cannot read`,
      { code: 'repository_encrypted', hint: 'Upgrade Holdfast.' },
    );
  }
  return parseStoredJson(bytes, { ...object, schema: repositoryInfoSchema });
}
