import { z } from 'zod';
import { DamagedError } from '#lib/errors/damaged-error.ts';
import { objectName } from '#lib/manifest/chunk-ref.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { runFolder } from '#lib/runs/run-id.ts';
import type { PlannedBackup } from './plan-retention.ts';

const planSchema = z.array(
  z.strictObject({ connection: z.string(), backupId: z.string(), keptBy: z.array(z.string()) }),
);
/** Chunks of one list, and the manifests whose chunks were spared when it was made. */
const garbageSchema = z.strictObject({ names: z.array(objectName) });
const markedSchema = z.array(z.string());

const clockSchema = z.strictObject({ asked: z.iso.datetime() });

/** Keeps what a prune has decided about each backup. Safe to repeat. */
export async function writePrunePlan(repository: Repository, runId: string, plan: PlannedBackup[]): Promise<void> {
  await repository.putJson(`${runFolder(runId)}prune.json`, plan);
}

/** What a prune has decided, `undefined` where it did not come so far. @throws DamagedError. */
export function readPrunePlan(repository: Repository, runId: string): Promise<PlannedBackup[] | undefined> {
  return repository.getJson(`${runFolder(runId)}prune.json`, planSchema);
}

/** What one attempt to find garbage has kept. Attempts share nothing: the lists of one may not meet the marks of another. */
export interface GarbageFolder {
  runId: string;
  attempt: string;
}

/** Keeps a list of chunks to be swept. */
export async function writeGarbage(
  repository: Repository,
  list: GarbageFolder & { part: number; names: readonly string[] },
): Promise<void> {
  await repository.putJson(garbageKey(list), { names: list.names });
}

/** A list of chunks to be swept. @throws DamagedError where it is not there. */
export async function readGarbage(
  repository: Repository,
  list: GarbageFolder & { part: number },
): Promise<readonly string[]> {
  const garbage = await repository.getJson(garbageKey(list), garbageSchema);
  if (garbage) return garbage.names;
  throw missing(garbageKey(list), repository);
}

/** Keeps which manifests were read before the chunks were listed. */
export async function writeMarked(repository: Repository, at: GarbageFolder, keys: readonly string[]): Promise<void> {
  await repository.putJson(markedKey(at), keys);
}

/** Which manifests were read before the chunks were listed. @throws DamagedError where that was not kept. */
export async function readMarked(repository: Repository, at: GarbageFolder): Promise<ReadonlySet<string>> {
  const key = markedKey(at);
  const keys = await repository.getJson(key, markedSchema);
  if (keys) return new Set(keys);
  throw missing(key, repository);
}

/** What time it is by the store's clock: when it says that it has just written an object. */
export async function askStoreClock(repository: Repository, runId: string): Promise<Date> {
  const key = `${runFolder(runId)}clock.json`;
  await repository.putJson(key, clockSchema.parse({ asked: new Date().toISOString() }));
  const found = await repository.store.head(key);
  if (found) return found.modified;
  throw missing(key, repository);
}

function garbageKey({ runId, attempt, part }: GarbageFolder & { part: number }): string {
  return `${runFolder(runId)}garbage/${attempt}/${String(part).padStart(4, '0')}.json`;
}

function markedKey({ runId, attempt }: GarbageFolder): string {
  return `${runFolder(runId)}garbage/${attempt}/marked.json`;
}

function missing(key: string, { location }: Repository): DamagedError {
  return new DamagedError(`${key} is missing in ${location}.`, {
    code: 'object_missing',
    hint: 'Something else has deleted from the repository. Prune again.',
  });
}
