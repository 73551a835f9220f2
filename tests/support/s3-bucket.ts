import { createHash, randomUUID } from 'node:crypto';

export interface S3Object {
  bytes: Buffer;
  etag: string;
  modified: Date;
  /** The CRC32 that came with it, in base64. */
  crc32?: string;
  /** What the request asked for: `x-amz-server-side-encryption`, its key, `x-amz-storage-class`. */
  encryption?: string;
  kmsKeyId?: string;
  storageClass?: string;
}

/** What is kept beside the bytes of an object. */
export type S3ObjectSettings = Omit<S3Object, 'bytes' | 'etag' | 'modified'>;

interface S3Upload {
  parts: Map<number, S3Object>;
  settings: S3ObjectSettings;
}

/** The objects and unfinished multipart uploads of one bucket of the test server, in memory. */
export class S3Bucket {
  readonly objects = new SortedObjects();
  readonly uploads = new Map<string, S3Upload>();
  /** Keys under a legal hold. */
  readonly held = new Set<string>();
  /** Versions that a bucket with versions keeps of what was deleted or replaced. */
  readonly formerVersions: string[] = [];

  put(key: string, bytes: Buffer, settings: S3ObjectSettings & { etag?: string } = {}): S3Object {
    const object = { etag: quoteMd5(bytes), ...settings, bytes, modified: new Date() };
    this.objects.set(key, object);
    return object;
  }

  createUpload(settings: S3ObjectSettings): string {
    const id = randomUUID();
    this.uploads.set(id, { parts: new Map(), settings });
    return id;
  }

  /** Puts the named parts together, or gives the S3 error code that says why not. */
  joinParts(
    uploadId: string,
    wanted: readonly { number: number; etag: string }[],
  ): { bytes: Buffer; etag: string } | string {
    const parts = this.uploads.get(uploadId)?.parts;
    if (parts === undefined) return 'NoSuchUpload';
    const buffers: Buffer[] = [];
    for (const [index, { number, etag }] of wanted.entries()) {
      const part = parts.get(number);
      if (part === undefined || part.etag !== etag) return 'InvalidPart';
      // https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html: 5 MiB at least, except the last part
      if (part.bytes.length < 5 * 1024 * 1024 && index < wanted.length - 1) return 'EntityTooSmall';
      buffers.push(part.bytes);
    }
    const digests = Buffer.concat(buffers.map((bytes) => createHash('md5').update(bytes).digest()));
    return { bytes: Buffer.concat(buffers), etag: `${quoteMd5(digests).slice(0, -1)}-${buffers.length}"` };
  }

  /** Deletes an object; a bucket with versions keeps it out of sight, one without gives up only what is not held. */
  remove(key: string, versions: 'on' | 'off' = 'off'): 'held' | 'marker' | 'gone' {
    if (versions === 'on') {
      if (this.objects.delete(key)) this.formerVersions.push(key);
      return 'marker';
    }
    if (this.held.has(key)) return 'held';
    this.objects.delete(key);
    return 'gone';
  }

  /** One page of ListObjectsV2, in the order of UTF-8 bytes; the token is the last key of the page before. */
  list(query: { prefix: string; after: string; limit: number }): { keys: string[]; truncated: boolean } {
    const sorted = this.objects.sortedKeys();
    const from = Math.max(firstAtLeast(sorted, query.prefix), firstAtLeast(sorted, `${query.after}\0`));
    const keys: string[] = [];
    for (let at = from; sorted[at]?.startsWith(query.prefix) && keys.length <= query.limit; at++) {
      keys.push(sorted[at] ?? '');
    }
    return { keys: keys.slice(0, query.limit), truncated: keys.length > query.limit };
  }

  /** The same with the delimiter `/`: keys that have one after the prefix are told as what they begin with. */
  listRolled(query: { prefix: string; after: string; limit: number }): { rolled: string[]; truncated: boolean } {
    const sorted = this.objects.sortedKeys();
    const rolled: string[] = [];
    // Whatever begins with a prefix that was told is behind it: no key has a character above this one.
    const behind = (name: string): string => (name.endsWith('/') ? `${name}\u{10ffff}` : `${name}\0`);
    let at = Math.max(firstAtLeast(sorted, query.prefix), firstAtLeast(sorted, behind(query.after)));
    for (let key = sorted[at]; key?.startsWith(query.prefix) && rolled.length <= query.limit; key = sorted[at]) {
      const slash = key.indexOf('/', query.prefix.length);
      const name = slash < 0 ? key : key.slice(0, slash + 1);
      rolled.push(name);
      at = firstAtLeast(sorted, behind(name));
    }
    return { rolled: rolled.slice(0, query.limit), truncated: rolled.length > query.limit };
  }
}

/** Objects by key, and their keys in order, sorted anew only when they have changed. */
class SortedObjects extends Map<string, S3Object> {
  #sorted: string[] | undefined;

  override set(key: string, object: S3Object): this {
    if (!this.has(key)) this.#sorted = undefined;
    return super.set(key, object);
  }

  override delete(key: string): boolean {
    this.#sorted = undefined;
    return super.delete(key);
  }

  override clear(): void {
    this.#sorted = undefined;
    super.clear();
  }

  /** In the order of code units, which is that of UTF-8 bytes for the characters a key may have here. */
  sortedKeys(): readonly string[] {
    this.#sorted ??= [...this.keys()].sort();
    return this.#sorted;
  }
}

/** The place of the first key that is not before `wanted`. */
function firstAtLeast(sorted: readonly string[], wanted: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? '') < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function quoteMd5(bytes: Buffer): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}
