import { RefusedError } from '#lib/errors/refused-error.ts';
import type { ObjectStore } from '#lib/repository/object-store.ts';
import { knownKey, knownKeyPrefix, parseKnownKey } from '#lib/repository/repository-keys.ts';
import type { KeyRing } from './key-ring.ts';

/** The key a repository began with, and the store that holds the ids of those that came after it. */
interface KnownKeys {
  store: ObjectStore;
  firstKeyId: string;
}

/**
 * Sees that the keys given belong to the repository: one of them is known to it. A new key comes in beside one that is
 * known, so that a wrong one never begins a second set of backups. @throws RefusedError that names the known ids.
 */
export async function requireKnownKey(ring: KeyRing, { store, firstKeyId }: KnownKeys): Promise<void> {
  if (ring.has(firstKeyId)) return;
  const known = [firstKeyId];
  for await (const { key } of store.list(knownKeyPrefix)) {
    const id = parseKnownKey(key);
    if (id === undefined) continue;
    if (ring.has(id)) return;
    known.push(id);
  }
  throw new RefusedError(
    `The repository ${store.location} is encrypted under key id ${known.join(', ')}; ${ring.describe()}.`,
    {
      code: 'key_unknown',
      hint: 'Set HOLDFAST_KEY to the key of this repository. To begin with a new key, give a former one in HOLDFAST_OLD_KEYS.',
    },
  );
}

/** Writes down that the current key is the repository's from now on. Safe to repeat. */
export async function noteCurrentKey(ring: KeyRing, { store, firstKeyId }: KnownKeys): Promise<void> {
  const { id } = ring.requireCurrent('A chunk');
  if (id === firstKeyId) return;
  const noted = { keyId: id, firstUsed: new Date().toISOString() };
  await store.put(knownKey(id), [Buffer.from(`${JSON.stringify(noted, null, 2)}\n`)], { ifAbsent: true });
}
