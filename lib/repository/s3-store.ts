import { DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { backOff } from './back-off.ts';
import { deleteObjects } from './delete-objects.ts';
import { assertObjectKey } from './object-key.ts';
import type { ObjectInfo, ObjectStore } from './object-store.ts';
import { readS3Body } from './read-s3-body.ts';
import { createS3Client, defaultMaxAttempts, type S3Options } from './s3-client.ts';
import { readS3Failure, toS3StoreError } from './s3-error.ts';
import { chooseChecksums, createUploader, type StoredBytes } from './upload-object.ts';
import { uploadStream } from './upload-stream.ts';

const conflictAttempts = 5;

/**
 * A bucket and prefix of AWS S3 or a service that speaks its protocol. Requests are retried with backoff by the SDK;
 * bodies that break off are read again here, which the SDK leaves to its caller. `ifAbsent` is a HEAD followed by a
 * conditional PUT (`If-None-Match: *`): the HEAD spares the upload of what is there and is the guard on services that
 * ignore the condition, the condition decides between writers in the same moment. A service that refuses the header
 * gets the PUT without it.
 */
export function createS3Store(place: { bucket: string; prefix: string }, options: S3Options = {}): ObjectStore {
  const client = createS3Client(options);
  const maxAttempts = options.maxAttempts ?? defaultMaxAttempts;
  const Bucket = place.bucket;
  const folder = place.prefix === '' ? '' : `${place.prefix}/`;
  const location = `s3://${place.bucket}${place.prefix === '' ? '' : `/${place.prefix}`}`;
  const mode = chooseChecksums(options);
  let conditional = true;

  const address = (key: string): { Bucket: string; Key: string } => {
    assertObjectKey(key);
    return { Bucket, Key: folder + key };
  };
  const explain = async <T>(doing: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw toS3StoreError(error, { location, doing });
    }
  };

  const head = (key: string): Promise<ObjectInfo | undefined> => {
    const object = address(key);
    return explain(`read ${key}`, () =>
      unlessMissing(async () => {
        const found = await client.send(new HeadObjectCommand(object));
        return { key, size: found.ContentLength ?? 0, modified: found.LastModified ?? new Date(0) };
      }),
    );
  };

  const read = (key: string, range?: readonly [number, number]): Promise<StoredBytes | undefined> => {
    const part = range === undefined ? {} : { Range: `bytes=${range[0]}-${range[1]}` };
    // The SDK holds the body against the checksum that the store kept with it.
    const object = { ...address(key), ...part, ...(mode === 'crc32' ? { ChecksumMode: 'ENABLED' as const } : {}) };
    return explain(`read ${key}`, () =>
      unlessMissing(async () => {
        for (let attempt = 1; ; attempt++) {
          const found = await client.send(new GetObjectCommand(object)).catch(emptyIfBehindTheEnd);
          if (Buffer.isBuffer(found)) return { bytes: found, etag: undefined };
          try {
            const body = await readS3Body(found.Body, found.ContentLength);
            // A server may ignore a range and answer with the whole object (RFC 9110, section 14.2).
            const whole = range === undefined || found.ContentRange !== undefined;
            return { bytes: whole ? body : body.subarray(range[0], range[1] + 1), etag: found.ETag };
          } catch (error) {
            if (attempt >= maxAttempts) throw error;
            await backOff(attempt + 1);
          }
        }
      }),
    );
  };
  const get = async (key: string, range?: readonly [number, number]) => (await read(key, range))?.bytes;

  const upload = createUploader(client, { Bucket, folder, location }, { options, readBack: read });

  const putIfAbsent = async (key: string, parts: readonly Uint8Array[]): Promise<'created' | 'exists'> => {
    for (let attempt = 1; ; attempt++) {
      if ((await head(key)) !== undefined) return 'exists';
      try {
        await upload({ key, parts, ifNoneMatch: conditional });
        return 'created';
      } catch (error) {
        const failure = readS3Failure(error);
        const answerWasLost = failure.attempts > 1;
        if (failure.status === 412 || (failure.code === 'NoSuchUpload' && answerWasLost)) {
          return answerWasLost && (await holds(key, parts)) ? 'created' : 'exists';
        }
        if (conditional && refusesCondition(failure)) {
          await upload({ key, parts, ifNoneMatch: false });
          conditional = false;
          return 'created';
        }
        // 409 ConditionalRequestConflict: another writer of the key was faster or gave up; look again.
        if (failure.status !== 409 || attempt >= conflictAttempts) throw error;
        await backOff(attempt + 1);
      }
    }
  };

  /** Tells whether an object that a retried upload met is the one an earlier attempt of it stored. */
  const holds = async (key: string, parts: readonly Uint8Array[]): Promise<boolean> =>
    (await get(key))?.equals(Buffer.concat(parts)) === true;

  return {
    location,
    head,
    get,
    put(key, parts, putOptions = {}) {
      assertObjectKey(key);
      return explain(`write ${key}`, async () => {
        if (putOptions.ifAbsent === true) return putIfAbsent(key, parts);
        await upload({ key, parts, ifNoneMatch: false });
        return 'created';
      });
    },
    putStream(key, source) {
      const object = address(key);
      return explain(`write ${key}`, () =>
        uploadStream(client, object, { source, mode, options, head: () => head(key) }),
      );
    },
    async *list(prefix) {
      try {
        for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix: folder + prefix })) {
          for (const { Key = '', Size = 0, LastModified = new Date(0) } of page.Contents ?? []) {
            yield { key: Key.slice(folder.length), size: Size, modified: LastModified };
          }
          // The SDK takes a page without a token for the last one; a listing that ends early would hide backups.
          if (page.IsTruncated === true && !page.NextContinuationToken) throw cutShort(location);
        }
      } catch (error) {
        throw toS3StoreError(error, { location, doing: `list ${prefix === '' ? 'objects' : prefix}` });
      }
    },
    async *listFolders(parent) {
      const Prefix = folder + parent;
      try {
        for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix, Delimiter: '/' })) {
          for (const { Prefix: found = '' } of page.CommonPrefixes ?? []) yield found.slice(Prefix.length, -1);
        }
      } catch (error) {
        throw toS3StoreError(error, {
          location,
          doing: `list the folders of ${parent === '' ? 'the repository' : parent}`,
        });
      }
    },
    delete(key) {
      const object = address(key);
      return explain(`delete ${key}`, async () => {
        await unlessMissing(() => client.send(new DeleteObjectCommand(object)));
      });
    },
    deleteMany(keys, deleteOptions) {
      for (const key of keys) assertObjectKey(key);
      const doing = `delete ${keys.length} objects`;
      const place = { Bucket, folder, maxAttempts, md5: mode !== 'crc32', ...deleteOptions };
      return explain(doing, () => deleteObjects(client, place, keys));
    },
  };
}

function cutShort(location: string): UnavailableError {
  return new UnavailableError(`${location} has cut a listing short without saying how it goes on`, {
    code: 'storage_listing_cut',
    hint: 'The service answers against the protocol (IsTruncated without NextContinuationToken). Try again; if it stays so, ask who runs it.',
  });
}

async function unlessMissing<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    const { code, status } = readS3Failure(error);
    // A HEAD answer has no body: its 404 carries no code of its own.
    if (code === 'NoSuchKey' || (status === 404 && code === 'NotFound')) return undefined;
    throw error;
  }
}

/** 416: the range begins behind the object's last byte. */
function emptyIfBehindTheEnd(error: unknown): Buffer {
  if (readS3Failure(error).status === 416) return Buffer.alloc(0);
  throw error;
}

/** Services without conditional writes answer 501, or 400 with one of these codes. */
function refusesCondition(failure: { code: string; status: number | undefined }): boolean {
  if (failure.status === 501 || failure.code === 'NotImplemented') return true;
  return failure.status === 400 && ['InvalidArgument', 'InvalidRequest'].includes(failure.code);
}
