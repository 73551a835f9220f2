import { createHash } from 'node:crypto';
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  type DeleteObjectsCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { backOff } from './back-off.ts';
import type { Deletion } from './object-store.ts';
import { OutOfTimeError } from './out-of-time-error.ts';
import { describeRefusal, isTransient, readS3Failure } from './s3-error.ts';
import { workTogether } from './work-together.ts';

/** What one DeleteObjects request takes: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
const keysPerRequest = 1000;
const requestsAtOnce = 4;
const singlesAtOnce = 16;

interface Place {
  Bucket: string;
  folder: string;
  md5: boolean;
  isInTime?: () => boolean;
}

type Outcome = { key: string } & (
  | { kind: 'deleted'; hidden: boolean }
  | { kind: 'refused'; code: string; message: string; status: number | undefined }
);

/**
 * Deletes objects of a bucket by DeleteObjects, and one by one where the service has none. A key whose deletion fails
 * for the moment is tried again, up to `maxAttempts`; a key that the answer says nothing of counts as failed.
 * @throws what the SDK throws where a whole request fails for another reason than a missing right to single keys;
 * OutOfTimeError where `isInTime` says no before a request or an attempt of one.
 */
export async function deleteObjects(
  client: S3Client,
  place: Place & { maxAttempts: number },
  keys: readonly string[],
): Promise<Deletion> {
  const deletion: Deletion = { deleted: 0, hidden: 0, locked: [], failed: [] };
  const batches = splitKeys([...new Set(keys)], keysPerRequest);
  let batched = true;
  await workTogether(batches, requestsAtOnce, async (batch) => {
    let open = batch;
    for (let attempt = 1; open.length > 0; attempt++) {
      const outcomes = batched ? await deleteBatch(client, place, open) : undefined;
      if (outcomes === undefined) batched = false;
      const told = outcomes ?? (await deleteSingly(client, place, open));
      const again = attempt < place.maxAttempts ? told.filter(passesByItself) : [];
      const repeated = new Set(again.map(({ key }) => key));
      for (const outcome of told) if (!repeated.has(outcome.key)) count(deletion, outcome);
      open = [...repeated];
      if (open.length > 0) await backOff(attempt + 1);
    }
  });
  return deletion;
}

/** One DeleteObjects request; `undefined` where the service does not know it. */
async function deleteBatch(client: S3Client, place: Place, keys: readonly string[]): Promise<Outcome[] | undefined> {
  const Objects = keys.map((key) => ({ Key: place.folder + key }));
  const command = new DeleteObjectsCommand({ Bucket: place.Bucket, Delete: { Objects } });
  if (place.md5) protectByMd5(command);
  command.middlewareStack.add(requireTime(place), behindSignature);
  let answer: DeleteObjectsCommandOutput;
  try {
    answer = await client.send(command);
  } catch (error) {
    if (error instanceof OutOfTimeError) throw error;
    if (lacksBatches(readS3Failure(error))) return undefined;
    throw error;
  }
  const outcomes = new Map<string, Outcome>();
  for (const { Key = '', DeleteMarker } of answer.Deleted ?? []) {
    const key = Key.slice(place.folder.length);
    outcomes.set(key, { key, kind: 'deleted', hidden: DeleteMarker === true });
  }
  for (const { Key = '', Code = 'Unknown', Message = '' } of answer.Errors ?? []) {
    const key = Key.slice(place.folder.length);
    // A key that is not there is as gone as it should be.
    outcomes.set(
      key,
      Code === 'NoSuchKey'
        ? { key, kind: 'deleted', hidden: false }
        : { key, kind: 'refused', code: Code, message: Message, status: undefined },
    );
  }
  const silent = {
    kind: 'refused',
    code: 'NoAnswer',
    message: 'the answer does not name it',
    status: undefined,
  } as const;
  return keys.map((key) => outcomes.get(key) ?? { key, ...silent });
}

async function deleteSingly(client: S3Client, place: Place, keys: readonly string[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  await workTogether(keys, singlesAtOnce, async (key) => {
    outcomes.push(await deleteOne(client, place, key));
  });
  return outcomes;
}

async function deleteOne(client: S3Client, place: Place, key: string): Promise<Outcome> {
  const command = new DeleteObjectCommand({ Bucket: place.Bucket, Key: place.folder + key });
  command.middlewareStack.add(requireTime(place), behindSignature);
  try {
    const { DeleteMarker } = await client.send(command);
    return { key, kind: 'deleted', hidden: DeleteMarker === true };
  } catch (error) {
    if (error instanceof OutOfTimeError) throw error;
    const failure = readS3Failure(error);
    if (failure.code === 'NoSuchKey') return { key, kind: 'deleted', hidden: false };
    // Only what concerns this key is told beside it; a bucket or a service that is gone concerns them all.
    if (describeRefusal(failure).concerns === 'store') throw error;
    return { key, kind: 'refused', code: failure.code, message: failure.message, status: failure.status };
  }
}

function count(deletion: Deletion, outcome: Outcome): void {
  if (outcome.kind === 'deleted') {
    deletion.deleted++;
    if (outcome.hidden) deletion.hidden++;
    return;
  }
  const { code, says } = describeRefusal(outcome);
  if (code === 'storage_locked') deletion.locked.push(outcome.key);
  else deletion.failed.push({ key: outcome.key, code, reason: says });
}

function passesByItself(outcome: Outcome): boolean {
  return outcome.kind === 'refused' && isTransient(outcome);
}

/** Services without DeleteObjects answer 501 or 405, or take `?delete` for something else that they do not know. */
function lacksBatches({ code, status }: { code: string; status: number | undefined }): boolean {
  if (status === 501 || status === 405 || code === 'NotImplemented') return true;
  return status === 400 && ['InvalidArgument', 'InvalidRequest', 'UnsupportedOperation'].includes(code);
}

/**
 * The SDK protects the body by a CRC32 header, which Backblaze and services of the time before refuse; they want
 * Content-MD5 (https://github.com/aws/aws-sdk-js-v3/issues/6920).
 */
function protectByMd5(command: DeleteObjectsCommand): void {
  command.middlewareStack.add(
    (next) => (args) => {
      const { request } = args;
      if (typeof request === 'object' && request !== null && 'body' in request && 'headers' in request) {
        const { body, headers } = request;
        if (typeof body === 'string' && typeof headers === 'object' && headers !== null) {
          const checksums = Object.keys(headers).filter((name) => /^x-amz-(sdk-)?checksum-/i.test(name));
          for (const name of checksums) Reflect.deleteProperty(headers, name);
          Object.assign(headers, { 'content-md5': createHash('md5').update(body).digest('base64') });
        }
      }
      return next(args);
    },
    // Behind the SDK's own checksums, before the signature.
    { step: 'build', name: 'protectByMd5', priority: 'low' },
  );
}

/** Asks for time before each attempt of a request, those of the SDK's own retries included. */
function requireTime({ isInTime }: Place) {
  return <A, R>(next: (args: A) => Promise<R>) =>
    (args: A): Promise<R> => {
      if (isInTime?.() === false) throw new OutOfTimeError();
      return next(args);
    };
}

/** Next to the request itself: the service refuses one that was held up for 15 minutes since it was signed. */
const behindSignature = { step: 'deserialize', name: 'requireTime', priority: 'low' } as const;

function splitKeys(keys: readonly string[], size: number): string[][] {
  return Array.from({ length: Math.ceil(keys.length / size) }, (_, i) => keys.slice(i * size, (i + 1) * size));
}
