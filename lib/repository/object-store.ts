/** What a store tells about one object. */
export interface ObjectInfo {
  key: string;
  /** Stored bytes. */
  size: number;
  modified: Date;
}

/** What became of the keys that `deleteMany` was given; each key is in exactly one of the three. */
export interface Deletion {
  /** Keys that are gone now, those that were not there included. */
  deleted: number;
  /**
   * How many of the deleted a bucket with versions keeps as former versions: they are in no listing any more, and their
   * room is free only when a lifecycle rule, after the end of their Object Lock, has expired them.
   */
  hidden: number;
  /** Keys that the store may not give up yet: Object Lock, a retention time, a legal hold. They are still there. */
  locked: string[];
  /** Keys that are still there for another reason, with the code a StorageError would have and its reason in words. */
  failed: { key: string; code: string; reason: string }[];
}

/**
 * A bucket with a prefix, or a folder: the only thing a repository needs of the outside.
 * Every driver passes `tests/contract/object-store.ts`. Keys are relative, `/`-separated, and hold only
 * `A-Z a-z 0-9 . _ - /`; no part of a key is empty or begins with a dot, and no key is a folder of another.
 *
 * Errors, the same for every driver: StorageError (no right, no space, no such bucket), UnavailableError (time-out,
 * dropped connection, throttling that outlasted the driver's own retries); each names the key and the store.
 * DamagedError where a store that keeps checksums of its own gives back bytes that do not have theirs.
 * An object that Object Lock, a retention time or a legal hold protects is a StorageError with the code `storage_locked`.
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
   * Stores a stream as one object, in place of what may be there: visible whole or not at all, durable once the promise
   * is fulfilled; answers its size. Holds some 16 MiB of it. What the source throws is thrown on, and nothing is stored.
   */
  putStream(key: string, source: AsyncIterable<Uint8Array>): Promise<{ size: number }>;
  /**
   * The object's bytes, or `undefined` where there is none. `range` is [first, last], both included, and is cut at
   * the object's end: what lies wholly behind it is an empty buffer.
   */
  get(key: string, range?: readonly [number, number]): Promise<Buffer | undefined>;
  head(key: string): Promise<ObjectInfo | undefined>;
  /** All objects whose key begins with `prefix`, in the order of their keys (code units), paging inside. */
  list(prefix: string): AsyncIterable<ObjectInfo>;
  /**
   * The names of the folders directly below `folder`, which is '' or ends in a slash, in order: those that an object
   * lies in, at any depth. One request a thousand on a bucket, however many objects they hold.
   */
  listFolders(folder: string): AsyncIterable<string>;
  /** Removing what is not there is no error. */
  delete(key: string): Promise<void>;
  /**
   * Removes many objects, in as few requests as the store allows (S3: 1,000 keys each). What happens to a single key is
   * told in the answer; an error is thrown only where the store as a whole is out of reach, and then any of the keys
   * may be gone. Safe to repeat. `isInTime` is asked right before each file and each request, those that are tried again
   * included; where it says no, the answer is an OutOfTimeError, once all that was under way has been answered.
   */
  deleteMany(keys: readonly string[], options?: { isInTime?: () => boolean }): Promise<Deletion>;
}
