/**
 * What the server makes of an upload that it answers as done: keeps it, or lies. `store-nothing` and `store-half-unsaid`
 * answer with the ETag of what came, the others with that of what they have.
 */
export type Lie = 'keep' | 'store-nothing' | 'store-half' | 'store-half-unsaid' | 'store-other';

export interface S3ServerOptions {
  /** `refused` answers 501 to If-None-Match, `ignored` overwrites, as services do that lack it. */
  conditionalPut?: 'supported' | 'refused' | 'ignored';
  pageSize?: number;
  /** `ignored` answers with the whole object. */
  ranges?: 'supported' | 'ignored';
  bucket?: string;
  /** The x-amz-checksum headers: checked and given back, refused as by Backblaze, or not known. */
  checksums?: 'supported' | 'refused' | 'ignored';
  /** DeleteObjects; `refused` answers 501. */
  batchDelete?: 'supported' | 'refused';
  /** A bucket with versions keeps what is deleted, and answers with a delete marker. */
  versions?: 'off' | 'on';
  /** The bucket's Object Lock: what its configuration says; it needs versions. */
  objectLock?: { mode: 'GOVERNANCE' | 'COMPLIANCE'; days: number };
  /** `ignored`: the headers of server-side encryption are neither kept nor given back. */
  encryption?: 'supported' | 'ignored';
  /** `random`: the ETag of an object has nothing to do with its content. */
  etags?: 'md5' | 'random';
  /** Milliseconds that the server's clock is ahead. */
  clockAheadMs?: number;
  /** No answer carries the server's time. */
  hidesClock?: boolean;
  /** What becomes of an upload; the answer is the same. */
  lie?: (key: string, size: number) => Lie;
  lifecycle?: string;
}
