import type { S3Client } from '@aws-sdk/client-s3';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { StorageError } from '#lib/errors/storage-error.ts';
import type { ObjectInfo } from './object-store.ts';
import type { S3Options } from './s3-client.ts';
import { readS3Failure } from './s3-error.ts';
import type { ChecksumMode } from './upload-checks.ts';
import { uploadMultipart } from './upload-multipart.ts';
import { leastClassBytes, objectSettings } from './upload-object.ts';

/**
 * Uploads a stream in parts. Each part is retried by itself; what cannot be had again, the stream, is read once. The
 * store's word is checked by the object's size. @throws StorageError `storage_unreliable` where it is another one.
 */
export async function uploadStream(
  client: S3Client,
  object: { Bucket: string; Key: string },
  upload: {
    source: AsyncIterable<Uint8Array>;
    mode: ChecksumMode;
    options: S3Options;
    head: () => Promise<ObjectInfo | undefined>;
  },
): Promise<{ size: number }> {
  let size = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const part of upload.source) {
      size += part.byteLength;
      yield part;
    }
  };
  const settings = objectSettings(upload.options, leastClassBytes);
  try {
    await uploadMultipart(client, object, { parts: counted(), mode: upload.mode, settings });
  } catch (error) {
    // The end of the upload, whose answer was lost, was asked for again: it has become an object by then.
    const answerWasLost =
      !(error instanceof HoldfastError) &&
      readS3Failure(error).code === 'NoSuchUpload' &&
      readS3Failure(error).attempts > 1;
    if (!answerWasLost) throw error;
  }
  const found = await upload.head();
  if (found?.size === size) return { size };
  throw new StorageError(`The store holds ${found?.size ?? 'no'} bytes of ${object.Key}, ${size} were sent`, {
    code: 'storage_unreliable',
    hint: 'Run `holdfast doctor`, and look at what is between here and the store.',
  });
}
