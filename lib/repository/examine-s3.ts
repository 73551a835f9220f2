import { randomBytes } from 'node:crypto';
import {
  DeleteObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3';
import {
  askLifecycle,
  askObjectLock,
  askVersions,
  type Lifecycle,
  type ObjectLock,
  type Versions,
} from './ask-bucket.ts';
import { createS3Client, type S3Options } from './s3-client.ts';
import { readS3Failure, toS3StoreError } from './s3-error.ts';
import { checkBody } from './upload-checks.ts';
import { leastClassBytes, objectSettings } from './upload-object.ts';

/** What a bucket showed of itself; `null`: it was not told, or may not be asked. */
export interface S3Traits {
  /** What became of a second put of a key with `If-None-Match: *`. */
  conditionalPut: 'decides' | 'ignored' | 'refused';
  /** What became of a put with a wrong CRC32, after one with the right one. */
  checksums: 'checked' | 'ignored' | 'refused';
  /** `x-amz-server-side-encryption` and `x-amz-storage-class` of an object that was stored as the config asks. */
  encryption: string | null;
  storageClass: string;
  versions: Versions;
  objectLock: ObjectLock;
  lifecycle: Lifecycle;
  /** How far the service's clock is ahead of this machine's, to the second. */
  clockAheadMs: number | null;
  /** Of one HEAD, the median of three. */
  latencyMs: number;
  /** Keys of the probe that could not be taken away again. */
  leftBehind: string[];
}

/**
 * Tries what a bucket can do on objects of its own under `probes/`, and takes them away again. What the key has no right
 * to ask is `null`. @throws StorageError, UnavailableError where an object cannot even be stored.
 */
export async function examineS3(place: { bucket: string; prefix: string }, options: S3Options): Promise<S3Traits> {
  const client = createS3Client(options);
  const clock = watchClock(client);
  const folder = place.prefix === '' ? '' : `${place.prefix}/`;
  const location = `s3://${place.bucket}${place.prefix === '' ? '' : `/${place.prefix}`}`;
  const probes = new Probes(client, {
    Bucket: place.bucket,
    folder: `${folder}probes/${randomBytes(8).toString('hex')}-`,
  });
  try {
    const asked = objectSettings(options, leastClassBytes);
    const first = await probes.put('settings', { Body: randomBytes(leastClassBytes), ...asked });
    const latencies: number[] = [];
    let head = await probes.head('settings');
    for (let i = 0; i < 3; i++) {
      const began = performance.now();
      head = await probes.head('settings');
      latencies.push(performance.now() - began);
    }
    return {
      conditionalPut: await probes.tryCondition('settings'),
      checksums: await probes.tryChecksums('checksums'),
      encryption: first.ServerSideEncryption ?? head.ServerSideEncryption ?? null,
      storageClass: head.StorageClass ?? 'STANDARD',
      versions: await askVersions(client, place.bucket),
      objectLock: await askObjectLock(client, place.bucket),
      lifecycle: await askLifecycle(client, { Bucket: place.bucket, folder }),
      clockAheadMs: clock(),
      latencyMs: latencies.sort((a, b) => a - b)[1] ?? 0,
      leftBehind: await probes.remove(),
    };
  } catch (error) {
    await probes.remove();
    throw toS3StoreError(error, { location, doing: 'store a probe' });
  } finally {
    client.destroy();
  }
}

/** Objects that are tried on, remembered with their versions until they are removed. */
class Probes {
  readonly #stored: { Key: string; VersionId: string | undefined }[] = [];
  readonly #client: S3Client;
  readonly #place: { Bucket: string; folder: string };

  constructor(client: S3Client, place: { Bucket: string; folder: string }) {
    this.#client = client;
    this.#place = place;
  }

  async put(name: string, settings: Omit<PutObjectCommandInput, 'Bucket' | 'Key'>) {
    const address = { Bucket: this.#place.Bucket, Key: this.#place.folder + name };
    const answer = await this.#client.send(new PutObjectCommand({ ...address, ...settings }));
    this.#stored.push({ Key: address.Key, VersionId: answer.VersionId });
    return answer;
  }

  head(name: string) {
    return this.#client.send(new HeadObjectCommand({ Bucket: this.#place.Bucket, Key: this.#place.folder + name }));
  }

  /** Puts a key that is taken once more, on condition that it is not. */
  async tryCondition(name: string): Promise<S3Traits['conditionalPut']> {
    try {
      await this.put(name, { Body: randomBytes(16), IfNoneMatch: '*' });
      return 'ignored';
    } catch (error) {
      return decide(error, { expected: 412, expectedAnswer: 'decides', otherwise: 'refused' });
    }
  }

  /** Puts with a right CRC32, which a service has to take, and with a wrong one, which it has to refuse. */
  async tryChecksums(name: string): Promise<S3Traits['checksums']> {
    const Body = randomBytes(64);
    try {
      await this.put(name, { Body, ...checkBody('crc32', [Body]).headers });
    } catch (error) {
      return decide(error, { expected: 400, expectedAnswer: 'refused', otherwise: 'refused' });
    }
    try {
      await this.put(name, { Body, ...checkBody('crc32', [randomBytes(64)]).headers });
      return 'ignored';
    } catch (error) {
      return decide(error, { expected: 400, expectedAnswer: 'checked', otherwise: 'checked' });
    }
  }

  /** Removes every probe, each version of it where that is allowed; gives the keys that stay. */
  async remove(): Promise<string[]> {
    const left = new Set<string>();
    for (const { Key, VersionId } of this.#stored.splice(0)) {
      const object = { Bucket: this.#place.Bucket, Key };
      const version = VersionId === undefined ? object : { ...object, VersionId };
      const gone = (await this.#delete(version)) || (VersionId !== undefined && (await this.#delete(object)));
      if (!gone) left.add(Key);
    }
    return [...left];
  }

  async #delete(object: { Bucket: string; Key: string; VersionId?: string }): Promise<boolean> {
    return this.#client.send(new DeleteObjectCommand(object)).then(
      () => true,
      // No right to, locked, or out of reach: the caller tells which key stays.
      () => false,
    );
  }
}

/** What an answer says of a thing that is tried: as expected, another 4xx or 501, or nothing at all (thrown). */
function decide<T>(error: unknown, by: { expected: number; expectedAnswer: T; otherwise: T }): T {
  const { status } = readS3Failure(error);
  if (status === by.expected) return by.expectedAnswer;
  if (status !== undefined && (status === 501 || (status >= 400 && status < 500 && status !== 403)))
    return by.otherwise;
  throw error;
}

/** Reads the service's clock off the answers; the function gives how far it was ahead at the last one. */
function watchClock(client: S3Client): () => number | null {
  let aheadMs: number | null = null;
  client.middlewareStack.add(
    (next) => async (args) => {
      const began = Date.now();
      const result = await next(args);
      const { response } = result;
      if (typeof response === 'object' && response !== null && 'headers' in response) {
        const { headers } = response;
        if (typeof headers === 'object' && headers !== null && 'date' in headers) {
          const told = Date.parse(String(headers.date));
          // The header has whole seconds: half of one is what it leaves out on average.
          if (!Number.isNaN(told)) aheadMs = told + 500 - (began + Date.now()) / 2;
        }
      }
      return result;
    },
    { step: 'deserialize', name: 'watchClock', priority: 'low' },
  );
  return () => aheadMs;
}
