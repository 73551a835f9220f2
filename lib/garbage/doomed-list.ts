import { z } from 'zod';
import { objectName } from '#lib/manifest/chunk-ref.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { readMark, removeMark } from '#lib/runs/mark.ts';
import { hasEnded, listWriterSchema, thisWriter } from './list-writer.ts';

const doomedSchema = z.strictObject({ names: z.array(objectName), writer: listWriterSchema.nullable().default(null) });

const prefix = 'sweep/';

/** How long after it began to write its list a deleter may send requests that delete; then it writes the list anew. */
export const doomedLeaseMs = 60_000;

/**
 * A list older than this, by the store's clock, belongs to a deleter that deletes no more: no request is sent, and none
 * tried again, after the lease, and S3 refuses one that was signed more than 15 minutes ago, however long it was on its
 * way (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html).
 */
export const doomedDeadMs = 20 * 60_000;

/** Writes down which chunks are about to be deleted: before the deleter looks whether they are needed. */
export async function writeDoomedList(repository: Repository, id: string, names: readonly string[]): Promise<void> {
  await repository.putJson(doomedKey(id), { names, writer: thisWriter() });
}

/** Takes the list away once every request to delete has been answered. Safe to repeat. */
export async function removeDoomedList(repository: Repository, id: string): Promise<void> {
  await removeMark(repository, doomedKey(id));
}

/** Every list there is, with when it was written by the store's clock. */
export async function listDoomedLists(repository: Repository): Promise<{ key: string; modified: Date }[]> {
  const lists: { key: string; modified: Date }[] = [];
  for await (const { key, modified } of repository.store.list(prefix)) lists.push({ key, modified });
  return lists;
}

/**
 * The chunks of a list; none where its deleter is done. In a folder nothing is under way any more when the deleter's
 * process has ended; to a bucket it may have sent what is carried out later. @throws DamagedError.
 */
export async function readDoomedNames(repository: Repository, key: string): Promise<readonly string[]> {
  const list = await readMark(repository, { key, schema: doomedSchema });
  if (list === undefined) return [];
  const isDead = repository.location.startsWith('file:') && list.writer !== null && hasEnded(list.writer);
  return isDead ? [] : list.names;
}

function doomedKey(id: string): string {
  return `${prefix}${id}.json`;
}
