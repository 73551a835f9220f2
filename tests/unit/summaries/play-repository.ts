import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { sealManifest } from '#lib/manifest/seal-manifest.ts';
import type { KeyRing } from '#lib/repository/encryption/key-ring.ts';
import type { ObjectSeal } from '#lib/repository/object-seal.ts';
import type { ObjectStore } from '#lib/repository/object-store.ts';
import { plainSeal } from '#lib/repository/plain-seal.ts';
import { createRepository, type Repository } from '#lib/repository/repository.ts';
import { manifestKey } from '#lib/repository/repository-keys.ts';
import { runFolder } from '#lib/runs/run-id.ts';
import type { RunRecord, RunStatus } from '#lib/runs/run-record.ts';
import { closeRun, openRun } from '#lib/runs/run-store.ts';
import { createMemoryStore } from '#tests/unit/garbage/stepped-store.ts';
import { makeManifest, makeTable } from '#tests/unit/verify/make-manifest.ts';

export type StoredObjects = Map<string, { bytes: Buffer; modified: Date }>;

let moment = Date.parse('2026-11-21T00:00:00.000Z');

/** A process of its own at the store: what it knows, no other knows. `killedAt` writes of the index that do not end. */
export function openProcess(
  objects: StoredObjects,
  options: { killed?: 'before' | 'after'; seal?: ObjectSeal; keys?: KeyRing; onGet?: (key: string) => void } = {},
): Repository {
  const memory = createMemoryStore(objects);
  const store: ObjectStore = {
    ...memory,
    async get(key, range) {
      options.onGet?.(key);
      // Others come in between, as they do where a request takes its time.
      await new Promise((resolve) => setImmediate(resolve));
      return memory.get(key, range);
    },
    async put(key, parts, how) {
      await new Promise((resolve) => setImmediate(resolve));
      const dies = options.killed !== undefined && key.startsWith('index/');
      if (dies && options.killed === 'before') throw killed(key);
      const outcome = await memory.put(key, parts, how);
      const stored = objects.get(key);
      // No two writes are of one moment, however quick they are.
      if (outcome === 'created' && stored) stored.modified = new Date(++moment);
      if (dies) throw killed(key);
      return outcome;
    },
  };
  const { seal = plainSeal, keys = null } = options;
  return createRepository({ store, seal, codec: 'zstd', keys, beforeChunks: async () => undefined });
}

function killed(key: string): UnavailableError {
  return new UnavailableError(`Cannot write ${key}: the process is gone`, {
    code: 'storage_unavailable',
    hint: 'None.',
  });
}

/** The `n`th of ids that are seven hours apart, the first months of them October and November. */
export function idOf(n: number, suffix: string): string {
  const time = new Date(Date.UTC(2026, 9, 15) + n * 7 * 3_600_000);
  return `${time.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z-${suffix}`;
}

/** Opens a run, and closes it where it has a status. */
export async function playRun(
  repository: Repository,
  { id, status }: { id: string; status: RunStatus | null },
): Promise<void> {
  const run: RunRecord = {
    ...{ id, kind: 'backup', connection: 'production', target: null, backup: null, parent: null },
    ...{ startedAt: '2026-11-21T00:00:00.000Z', eventId: `event-${id}`, engineRunId: `engine-${id}` },
  };
  await openRun(repository, run);
  if (status === null) return;
  const failed = status !== 'completed' && status !== 'skipped';
  const error = { name: 'Refused', code: 'refused', message: `It\tfailed: ${id}\n`, hint: 'Try again.', exitCode: 3 };
  const totals = { rows: '1', bytes: '20', stored: '10', newStored: '5', chunks: 1 };
  await closeRun(repository, {
    ...{ run, status, exitCode: failed ? 3 : 0, completedAt: '2026-11-21T00:00:09.000Z', durationMs: 9_000 },
    ...{ outcome: failed ? null : { backup: id, totals }, error: failed ? error : null },
  });
}

/** Takes away all that a run has left, as the prune of old runs does. */
export async function forgetRun(repository: Repository, id: string): Promise<void> {
  for await (const { key } of repository.store.list(runFolder(id))) await repository.store.delete(key);
}

/** Commits a backup. */
export async function playBackup(
  repository: Repository,
  { connection, backupId, label }: { connection: string; backupId: string; label: string },
): Promise<void> {
  const key = manifestKey({ connection, backupId });
  const manifest = { ...makeManifest([makeTable('events', [])]), id: backupId, connection, label };
  const bytes = sealManifest(manifest, { key, keys: repository.keys });
  await repository.store.put(key, [bytes], { ifAbsent: true });
}
