import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { crc32 } from 'node:zlib';

/** The CRC32 of bytes as S3 writes it: big-endian, in base64. */
export function crc32Of(bytes: Buffer): string {
  const value = Buffer.alloc(4);
  value.writeUInt32BE(crc32(bytes));
  return value.toString('base64');
}

/** Holds a request's body against what its headers say of it; gives the S3 error code where they differ. */
export function checkBody(
  { headers }: IncomingMessage,
  body: Buffer,
  { checksums }: { checksums: 'supported' | 'refused' | 'ignored' },
): string | undefined {
  if (headers['content-encoding'] === 'aws-chunked') return 'NotImplemented';
  const declared = headers['x-amz-content-sha256'];
  if (declared !== 'UNSIGNED-PAYLOAD' && declared !== createHash('sha256').update(body).digest('hex')) {
    return 'XAmzContentSHA256Mismatch';
  }
  const md5 = headers['content-md5'];
  if (md5 !== undefined && md5 !== createHash('md5').update(body).digest('base64')) return 'BadDigest';
  // As Backblaze answers: "Unsupported header 'x-amz-checksum-crc32' received for this API call."
  if (checksums === 'refused' && Object.keys(headers).some((name) => name.includes('-checksum-'))) {
    return 'InvalidArgument';
  }
  const crc = headers['x-amz-checksum-crc32'];
  return checksums === 'supported' && crc !== undefined && crc !== crc32Of(body) ? 'BadDigest' : undefined;
}
