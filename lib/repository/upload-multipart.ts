import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { type BodyCheck, type ChecksumMode, checkBody, joinMd5, type StoredFacts } from './upload-checks.ts';

/**
 * Bytes of one part. Fixed, because R2 wants all parts but the last of one size; with S3's limit of 10,000 parts an
 * object may have 160 GB.
 */
const partBytes = 16 * 1024 * 1024;

/**
 * Uploads an object in parts, one after the other; it becomes visible with the last request, whole. Gives what was
 * sent, added up, and what the service answered. On failure the upload is aborted, so that no parts are left to be
 * paid for. `settings` are those of the object: its encryption, its storage class.
 */
export async function uploadMultipart(
  client: S3Client,
  object: { Bucket: string; Key: string; IfNoneMatch?: string },
  body: {
    parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
    mode: ChecksumMode;
    settings: Partial<CreateMultipartUploadCommandInput>;
  },
): Promise<{ sent: BodyCheck; answer: StoredFacts }> {
  const { Bucket, Key } = object;
  const algorithm = body.mode === 'crc32' ? { ChecksumAlgorithm: 'CRC32' as const } : {};
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({ Bucket, Key, ...body.settings, ...algorithm }),
  );
  try {
    const uploaded: { PartNumber: number; ETag: string | undefined; ChecksumCRC32?: string }[] = [];
    const md5s: string[] = [];
    for await (const Body of regroup(body.parts)) {
      const PartNumber = uploaded.length + 1;
      const { headers, md5Hex, crc32 } = checkBody(body.mode, [Body]);
      const part = { Bucket, Key, UploadId, PartNumber, Body, ...headers };
      const { ETag } = await client.send(new UploadPartCommand(part));
      uploaded.push({ PartNumber, ETag, ...(crc32 === undefined ? {} : { ChecksumCRC32: crc32 }) });
      if (md5Hex !== undefined) md5s.push(md5Hex);
    }
    const answer = await client.send(
      new CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload: { Parts: uploaded } }),
    );
    const md5Hex = md5s.length > 0 ? joinMd5(md5s) : undefined;
    // Each part's CRC32 was checked by the service; of the whole it answers another kind, made of those of the parts.
    return { sent: { headers: {}, md5Hex, crc32: undefined }, answer };
  } catch (error) {
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })).catch(() => {
      // The upload's own error is the one to tell. Parts that stay behind are invisible; a lifecycle rule removes them.
    });
    throw error;
  }
}

/** The same bytes in buffers of `partBytes`, the last one shorter; one of them is held at a time. */
async function* regroup(parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let pending: Uint8Array[] = [];
  let size = 0;
  let yielded = false;
  for await (const part of parts) {
    for (let from = 0; from < part.byteLength; ) {
      const piece = part.subarray(from, from + partBytes - size);
      pending.push(piece);
      size += piece.byteLength;
      from += piece.byteLength;
      if (size === partBytes) {
        yield Buffer.concat(pending, size);
        yielded = true;
        pending = [];
        size = 0;
      }
    }
  }
  // An upload has one part at least, be it empty.
  if (size > 0 || !yielded) yield Buffer.concat(pending, size);
}
