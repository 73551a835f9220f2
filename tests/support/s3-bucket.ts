import { createHash, randomUUID } from 'node:crypto';

export interface S3Object {
  bytes: Buffer;
  etag: string;
  modified: Date;
}

/** The objects and unfinished multipart uploads of one bucket of the test server, in memory. */
export class S3Bucket {
  readonly objects = new Map<string, S3Object>();
  readonly uploads = new Map<string, Map<number, S3Object>>();

  put(key: string, bytes: Buffer, etag = quoteMd5(bytes)): S3Object {
    const object = { bytes, etag, modified: new Date() };
    this.objects.set(key, object);
    return object;
  }

  createUpload(): string {
    const id = randomUUID();
    this.uploads.set(id, new Map());
    return id;
  }

  /** Puts the named parts together, or gives the S3 error code that says why not. */
  joinParts(uploadId: string, wanted: readonly { number: number; etag: string }[]): { bytes: Buffer } | string {
    const parts = this.uploads.get(uploadId);
    if (parts === undefined) return 'NoSuchUpload';
    const buffers: Buffer[] = [];
    for (const [index, { number, etag }] of wanted.entries()) {
      const part = parts.get(number);
      if (part === undefined || part.etag !== etag) return 'InvalidPart';
      // https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html: 5 MiB at least, except the last part
      if (part.bytes.length < 5 * 1024 * 1024 && index < wanted.length - 1) return 'EntityTooSmall';
      buffers.push(part.bytes);
    }
    return { bytes: Buffer.concat(buffers) };
  }

  /** One page of ListObjectsV2, in the order of UTF-8 bytes; the token is the last key of the page before. */
  list(query: { prefix: string; after: string; limit: number }): { keys: string[]; truncated: boolean } {
    const keys = [...this.objects.keys()]
      .filter((key) => key.startsWith(query.prefix) && key > query.after)
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    return { keys: keys.slice(0, query.limit), truncated: keys.length > query.limit };
  }
}

export function quoteMd5(bytes: Buffer): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}
