import { PutObjectCommand, type PutObjectCommandInput, type S3Client } from '@aws-sdk/client-s3';
import { DamagedError } from '#lib/errors/damaged-error.ts';
import { StorageError } from '#lib/errors/storage-error.ts';
import { isAws, type S3Options } from './s3-client.ts';
import { readS3Failure } from './s3-error.ts';
import { type BodyCheck, type ChecksumMode, checkBody, compareAnswer, type StoredFacts } from './upload-checks.ts';
import { uploadMultipart } from './upload-multipart.ts';

/** Above this an object goes up in parts; a chunk is at most about this large. */
const multipartBytes = 32 * 1024 * 1024;
/** Classes of rare access bill every object as of 128 KiB at least, so smaller ones stay in the class of the bucket. */
export const leastClassBytes = 128 * 1024;
const uploadsOfOne = 3;

/** An object on its way up. `ifNoneMatch`: only where there is none under its key. */
export interface Upload {
  key: string;
  parts: readonly Uint8Array[];
  ifNoneMatch: boolean;
}

/** What a store gives back for a key. */
export interface StoredBytes {
  bytes: Buffer;
  etag: string | undefined;
}

/**
 * Makes the function that uploads one object and believes the store only what it can show: where the answer's checksum
 * or ETag is not that of what was sent, the object is read back, and uploaded again where it is another one.
 * `readBack` gives what the store holds under a key. @throws StorageError `storage_unreliable` where it stays so.
 */
export function createUploader(
  client: S3Client,
  place: { Bucket: string; folder: string; location: string },
  { options, readBack }: { options: S3Options; readBack: (key: string) => Promise<StoredBytes | undefined> },
): (upload: Upload) => Promise<void> {
  const mode = chooseChecksums(options);
  // Not every service makes its ETags as AWS does; the first answers show it.
  let etags: 'not known' | 'md5' | 'other' = 'not known';

  const send = async ({ key, parts, ifNoneMatch }: Upload): Promise<{ sent: BodyCheck; answer: StoredFacts }> => {
    const address = { Bucket: place.Bucket, Key: place.folder + key };
    const object = { ...address, ...(ifNoneMatch ? { IfNoneMatch: '*' } : {}) };
    const size = parts.reduce((sum, part) => sum + part.byteLength, 0);
    const settings = objectSettings(options, size);
    if (size > multipartBytes) return uploadMultipart(client, object, { parts, mode, settings });
    const sent = checkBody(mode, parts);
    const [only] = parts;
    const Body = parts.length === 1 && only !== undefined ? only : Buffer.concat(parts, size);
    const command = new PutObjectCommand({ ...object, ...settings, ...sent.headers, Body, ContentLength: size });
    return { sent, answer: await client.send(command) };
  };

  const isKept = async (key: string, parts: readonly Uint8Array[], answer: StoredFacts): Promise<boolean> => {
    const kept = await readBack(key).catch(nothingIfDamaged);
    if (kept === undefined) return false;
    if (equalsParts(kept.bytes, parts)) {
      if (mode === 'md5' && etags === 'not known') etags = 'other';
      return true;
    }
    // Another ETag: somebody has written since, and what was ours cannot be seen any more.
    return etags !== 'md5' && kept.etag !== answer.ETag;
  };

  return async ({ key, parts, ifNoneMatch }) => {
    for (let attempt = 1; attempt <= uploadsOfOne; attempt++) {
      // Once it was answered that the object is ours, a second upload replaces what we know to be wrong.
      const outcome = await send({ key, parts, ifNoneMatch: ifNoneMatch && attempt === 1 }).catch((error: unknown) => {
        // The end of a multipart upload, whose answer was lost, was asked for again: it has become an object by then.
        const { code, attempts } = readS3Failure(error);
        if (code !== 'NoSuchUpload' || attempts === 1 || ifNoneMatch || attempt === uploadsOfOne) throw error;
        return 'answer lost' as const;
      });
      if (outcome === 'answer lost') {
        const kept = await readBack(key);
        if (kept !== undefined && equalsParts(kept.bytes, parts)) return;
        continue;
      }
      const { sent, answer } = outcome;
      const same = compareAnswer(sent, answer);
      if (same === 'yes' && sent.md5Hex !== undefined) etags = 'md5';
      if (same !== 'no' || etags === 'other' || (await isKept(key, parts, answer))) return;
    }
    throw new StorageError(`${place.location} answers that it has stored ${key} and holds something else or nothing`, {
      code: 'storage_unreliable',
      hint: 'Run `holdfast doctor`, and look at what is between here and the store; do not keep backups in a store that does not keep what it is given.',
    });
  };
}

/** `auto`: AWS checks a CRC32 and gives it back when the object is read; the others know Content-MD5, all of them. */
export function chooseChecksums({ checksums = 'auto', endpoint }: S3Options): ChecksumMode {
  if (checksums === 'off') return 'none';
  return checksums === 'on' || isAws(endpoint) ? 'crc32' : 'md5';
}

/** What is asked of the store for an object of this size, beside keeping it. */
export function objectSettings(
  { serverSideEncryption, kmsKeyId, storageClass }: S3Options,
  size: number,
): Pick<PutObjectCommandInput, 'ServerSideEncryption' | 'SSEKMSKeyId' | 'StorageClass'> {
  return {
    ...(serverSideEncryption === undefined ? {} : { ServerSideEncryption: serverSideEncryption }),
    ...(kmsKeyId === undefined ? {} : { SSEKMSKeyId: kmsKeyId }),
    ...(storageClass === undefined || size < leastClassBytes ? {} : { StorageClass: storageClass }),
  };
}

/** Bytes that do not have the checksum the store keeps of them are not what was sent. */
function nothingIfDamaged(error: unknown): undefined {
  if (!(error instanceof DamagedError)) throw error;
}

function equalsParts(bytes: Buffer, parts: readonly Uint8Array[]): boolean {
  let at = 0;
  for (const part of parts) {
    if (!bytes.subarray(at, at + part.byteLength).equals(part)) return false;
    at += part.byteLength;
  }
  return at === bytes.length;
}
