import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** `crc32`: checksum headers of 2022 and later; `md5`: Content-MD5 and the ETag; `none`: the signature's SHA-256 alone. */
export type ChecksumMode = 'crc32' | 'md5' | 'none';

/** What is sent with a body, and what the answer to it is held against. */
export interface BodyCheck {
  headers: { ContentMD5?: string; ChecksumCRC32?: string };
  md5Hex: string | undefined;
  crc32: string | undefined;
}

/** What an answer to an upload tells of what was stored. */
export interface StoredFacts {
  ETag?: string | undefined;
  ChecksumCRC32?: string | undefined;
  ServerSideEncryption?: string | undefined;
}

/** Computes what protects a body on its way to the store. */
export function checkBody(mode: ChecksumMode, parts: readonly Uint8Array[]): BodyCheck {
  if (mode === 'crc32') {
    const value = Buffer.alloc(4);
    value.writeUInt32BE(parts.reduce((sum, part) => crc32(part, sum), 0));
    const encoded = value.toString('base64');
    return { headers: { ChecksumCRC32: encoded }, md5Hex: undefined, crc32: encoded };
  }
  if (mode === 'none') return { headers: {}, md5Hex: undefined, crc32: undefined };
  const hash = createHash('md5');
  for (const part of parts) hash.update(part);
  const digest = hash.digest();
  return { headers: { ContentMD5: digest.toString('base64') }, md5Hex: digest.toString('hex'), crc32: undefined };
}

/**
 * Whether the store says it has what was sent. `unknown`: its answer holds nothing to tell by. An ETag is the MD5 of the
 * content, unless KMS encrypts it; some services make theirs otherwise, so `no` by an ETag is only a suspicion.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
 */
export function compareAnswer(sent: BodyCheck, answer: StoredFacts): 'yes' | 'no' | 'unknown' {
  if (sent.crc32 !== undefined && answer.ChecksumCRC32 !== undefined) {
    return sent.crc32 === answer.ChecksumCRC32 ? 'yes' : 'no';
  }
  const etag = /^"?([0-9a-f]{32}(?:-\d+)?)"?$/i.exec(answer.ETag ?? '')?.[1]?.toLowerCase();
  if (sent.md5Hex === undefined || etag === undefined || answer.ServerSideEncryption?.startsWith('aws:kms')) {
    return 'unknown';
  }
  return etag === sent.md5Hex ? 'yes' : 'no';
}

/** The ETag of an object of several parts: the MD5 of their MD5s, and their number. */
export function joinMd5(parts: readonly string[]): string {
  return `${createHash('md5')
    .update(Buffer.from(parts.join(''), 'hex'))
    .digest('hex')}-${parts.length}`;
}
