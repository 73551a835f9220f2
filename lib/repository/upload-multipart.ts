import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';

/**
 * Bytes of one part. Fixed, because R2 wants all parts but the last of one size; with S3's limit of 10,000 parts an
 * object may have 160 GB.
 */
const partBytes = 16 * 1024 * 1024;

/**
 * Uploads an object in parts, one after the other; it becomes visible with the last request, whole. On failure the
 * upload is aborted, so that no parts are left to be paid for.
 */
export async function uploadMultipart(
  client: S3Client,
  object: { Bucket: string; Key: string; IfNoneMatch?: string },
  parts: readonly Uint8Array[],
): Promise<void> {
  const { Bucket, Key } = object;
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  try {
    const uploaded: { PartNumber: number; ETag: string | undefined }[] = [];
    for (const Body of regroup(parts)) {
      const PartNumber = uploaded.length + 1;
      const { ETag } = await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
      uploaded.push({ PartNumber, ETag });
    }
    await client.send(
      new CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload: { Parts: uploaded } }),
    );
  } catch (error) {
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })).catch(() => {
      // The upload's own error is the one to tell. Parts that stay behind are invisible; a lifecycle rule removes them.
    });
    throw error;
  }
}

/** The same bytes in buffers of `partBytes`, the last one shorter; one of them is held at a time. */
function* regroup(parts: readonly Uint8Array[]): Generator<Buffer> {
  let pending: Uint8Array[] = [];
  let size = 0;
  for (const part of parts) {
    for (let from = 0; from < part.byteLength; ) {
      const piece = part.subarray(from, from + partBytes - size);
      pending.push(piece);
      size += piece.byteLength;
      from += piece.byteLength;
      if (size === partBytes) {
        yield Buffer.concat(pending, size);
        pending = [];
        size = 0;
      }
    }
  }
  if (size > 0) yield Buffer.concat(pending, size);
}
