/** What a store tells about one object. */
export interface ObjectInfo {
  key: string;
  /** Stored bytes. */
  size: number;
  modified: Date;
}

/**
 * A bucket with a prefix, or a folder: the only thing a repository needs of the outside.
 * Every driver passes `tests/contract/object-store.ts`. Keys are relative, `/`-separated, and hold only
 * `A-Z a-z 0-9 . _ - /`; no part of a key is empty or begins with a dot, and no key is a folder of another.
 *
 * Errors, the same for every driver: StorageError (no right, no space, no such bucket), UnavailableError (time-out,
 * dropped connection, throttling that outlasted the driver's own retries); each names the key and the store.
 * A key of another form is a UsageError.
 */
export interface ObjectStore {
  /** For people: `s3://bucket/prefix` or `file:/abs/path`; never holds a secret. */
  readonly location: string;
  /**
   * Stores the parts one after the other as one object. Visible whole or not at all, whatever happens in the middle;
   * durable once the promise is fulfilled. With `ifAbsent` an existing object stays as it is and the answer is
   * 'exists'. Of several writers at once exactly one gets 'created', except on an S3 server without conditional
   * writes: there an existing object is seen and kept, but two writers in the same moment may both get 'created'.
   */
  put(key: string, parts: readonly Uint8Array[], options?: { ifAbsent?: boolean }): Promise<'created' | 'exists'>;
  /**
   * The object's bytes, or `undefined` where there is none. `range` is [first, last], both included, and is cut at
   * the object's end: what lies wholly behind it is an empty buffer.
   */
  get(key: string, range?: readonly [number, number]): Promise<Buffer | undefined>;
  head(key: string): Promise<ObjectInfo | undefined>;
  /** All objects whose key begins with `prefix`, in the order of their keys (code units), paging inside. */
  list(prefix: string): AsyncIterable<ObjectInfo>;
  /** Removing what is not there is no error. */
  delete(key: string): Promise<void>;
}
