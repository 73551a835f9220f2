import { RefusedError } from '#lib/errors/refused-error.ts';
import { parseRepositoryKey, type RepositoryKey } from './repository-key.ts';

/** `HOLDFAST_KEY` and `HOLDFAST_OLD_KEYS` as they were written: secrets. */
export interface KeyTexts {
  key: string | null;
  oldKeys: readonly string[];
}

/** Whether an object was refused for want of its key: another that needs none may still be read. */
export function isKeyMissing(cause: unknown): boolean {
  return cause instanceof RefusedError && (cause.code === 'key_missing' || cause.code === 'key_unknown');
}

/** The keys a process was given. What is written is sealed under the current one; what is read, under any. */
export class KeyRing {
  readonly current: RepositoryKey | undefined;
  /** Ids of the other keys. */
  readonly oldIds: readonly string[];
  readonly #byId: ReadonlyMap<string, RepositoryKey>;

  /** @throws UsageError where a text is no key. */
  constructor({ key, oldKeys }: KeyTexts) {
    this.current = key === null ? undefined : parseRepositoryKey(key, 'HOLDFAST_KEY');
    const old = oldKeys.map((text) => parseRepositoryKey(text, 'HOLDFAST_OLD_KEYS'));
    this.oldIds = old.map(({ id }) => id);
    this.#byId = new Map([...old, ...(this.current ? [this.current] : [])].map((one) => [one.id, one]));
  }

  /** Whether no key was given, neither the current one nor an old one. */
  get isEmpty(): boolean {
    return this.#byId.size === 0;
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  /** The key of an id; `object` is for people. @throws RefusedError that names the id needed and those given. */
  find(id: string, object: string): RepositoryKey {
    const found = this.#byId.get(id);
    if (found) return found;
    throw new RefusedError(`${object} was sealed under key id ${id}; ${this.describe()}.`, {
      code: this.isEmpty ? 'key_missing' : 'key_unknown',
      hint: `Set HOLDFAST_KEY to the key whose \`holdfast key id\` is ${id}, or add it to HOLDFAST_OLD_KEYS.`,
    });
  }

  /** The key to write with. @throws RefusedError where none is set. */
  requireCurrent(object: string): RepositoryKey {
    if (this.current) return this.current;
    throw new RefusedError(`${object} is to be sealed, and HOLDFAST_KEY is not set.`, {
      code: 'key_missing',
      hint: 'Set HOLDFAST_KEY to the key of this repository.',
    });
  }

  /** Which keys there are, for people: by their ids. */
  describe(): string {
    const ids = [...this.#byId.keys()];
    if (ids.length === 0) return 'no key is given';
    return ids.length === 1 ? `the key given has id ${ids[0]}` : `the keys given have ids ${ids.join(', ')}`;
  }
}
