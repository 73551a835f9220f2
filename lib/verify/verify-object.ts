import { promisify } from 'node:util';
import { gunzip, zstdDecompress } from 'node:zlib';
import { inventorySchema } from '#lib/catalog/inventory-schema.ts';
import { DamagedError } from '#lib/errors/damaged-error.ts';
import type { Manifest } from '#lib/manifest/manifest.ts';
import { readObject } from '#lib/manifest/read-object.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { chunkKey } from '#lib/repository/repository-keys.ts';
import { scanChunk } from '#lib/rows/scan-chunk.ts';
import { schemaEntrySchema } from '#lib/schema/schema-entry.ts';
import type { Damage } from './damage.ts';
import type { StoredObject } from './plan-verify.ts';

const decompress = { zstd: promisify(zstdDecompress), gzip: promisify(gunzip) };
const entriesSchema = schemaEntrySchema.array();

/**
 * Reads one object whole: its name is computed again, it is decoded, and rows are counted and hashed.
 * Damage is the answer, `undefined` a sound object. @throws StorageError, UnavailableError: the store, not the object.
 */
export async function verifyObject(
  repository: Repository,
  object: StoredObject,
  codec: Manifest['codec'],
): Promise<Damage | undefined> {
  const damage = (code: string, says: string): Damage => ({
    key: chunkKey(object.name),
    owners: object.owners,
    code,
    says,
  });
  try {
    const difference = await readContent(repository, object, codec);
    return difference === undefined ? undefined : damage('rows_differ', difference);
  } catch (cause) {
    if (cause instanceof DamagedError) return damage(cause.code, cause.message);
    throw cause;
  }
}

async function readContent(
  repository: Repository,
  object: StoredObject,
  codec: Manifest['codec'],
): Promise<string | undefined> {
  const owner = object.owners.join(' and ');
  if (object.kind === 'entries') await readObject(repository, object, { object: owner, schema: entriesSchema });
  else if (object.kind === 'inventory')
    await readObject(repository, object, { object: owner, schema: inventorySchema });
  else {
    const stored = await repository.getChunk(object.name, { object: owner, size: object.stored });
    if (object.kind === 'rows') return compareRows(object, await scanChunk(stored, codec));
    await readScript(stored, { codec, owner });
  }
  return undefined;
}

function compareRows(
  { rows: expected, owners }: StoredObject,
  found: { rows: number; bytes: number; digest: string },
): string | undefined {
  if (expected === null) return undefined;
  const differences = (['rows', 'bytes', 'digest'] as const).filter((field) => expected[field] !== found[field]);
  if (differences.length === 0) return undefined;
  const told = differences.map((field) => `${field} ${found[field]} instead of ${expected[field]}`);
  return `The chunk of ${owners.join(' and ')} holds other rows than the manifest says: ${told.join(', ')}.`;
}

async function readScript(stored: Buffer, about: { codec: Manifest['codec']; owner: string }): Promise<void> {
  try {
    await decompress[about.codec](stored);
  } catch (cause) {
    throw new DamagedError(`The ${about.owner} does not decode.`, {
      code: 'object_unreadable',
      hint: 'Use another backup.',
      cause,
    });
  }
}
