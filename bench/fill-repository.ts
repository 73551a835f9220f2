// A repository as it is after months: every object made by the writer that makes it, into memory.
import { createHash } from 'node:crypto';
import type { Manifest } from '#lib/manifest/manifest.ts';
import { sealManifest } from '#lib/manifest/seal-manifest.ts';
import { createBackupId } from '#lib/repository/backup-id.ts';
import { plainSeal } from '#lib/repository/plain-seal.ts';
import { createRepository } from '#lib/repository/repository.ts';
import { repositoryInfoKey } from '#lib/repository/repository-info.ts';
import { manifestKey, restoreScriptKey } from '#lib/repository/repository-keys.ts';
import { noteChild } from '#lib/runs/children-store.ts';
import { deriveRunId } from '#lib/runs/run-id.ts';
import type { RunKind, RunRecord, RunResult } from '#lib/runs/run-record.ts';
import { closeRun, openRun, recordAttempt, writeProgress } from '#lib/runs/run-store.ts';
import { recordCheck } from '#lib/standing/check-store.ts';
import { pinBackup } from '#lib/standing/pin-store.ts';
import { createMemoryStore } from '#tests/unit/garbage/stepped-store.ts';
import { makeManifest, makeTable } from '#tests/unit/verify/make-manifest.ts';

const hourMs = 3_600_000;
const [tables, chunksATable, steps] = [40, 4, 8];

export const connections = ['production', 'analytics', 'billing'];

type Objects = Map<string, Buffer>;

interface Filled {
  objects: Objects;
  /** The newest backup, and its run. */
  backup: { connection: string; backupId: string };
  run: string;
}

/**
 * Backups an hour apart, of three connections in turn, and `runs` in all: the backups' own, their verifications, drills
 * with the restores that are parts of them, prunes; some failed, and two under way.
 */
export async function fillRepository({
  backups,
  runs,
  now,
}: {
  backups: number;
  runs: number;
  now: Date;
}): Promise<Filled> {
  const objects: Objects = new Map();
  const info = {
    format: 1,
    created: new Date(now.getTime() - backups * hourMs).toISOString(),
    codec: 'zstd',
    encryption: null,
  };
  objects.set(repositoryInfoKey, Buffer.from(JSON.stringify(info)));
  let left = runs;
  let newest: Omit<Filled, 'objects'> | undefined;
  for (let n = backups - 1; n >= 0; n--) {
    const at = new Date(now.getTime() - (n + 1) * hourMs);
    const connection = connections[n % connections.length] ?? '';
    const backup = { connection, backupId: createBackupId(at, () => n % 36) };
    const failed = n % 50 === 7;
    const run = await playRun(objects, { kind: 'backup', connection, at, backup: null, failed, made: backup.backupId });
    await playBackup(objects, { backup, run, at, n });
    newest = { backup, run };
    // What is left of the runs is spread over what is left of the time.
    const others = Math.round((left - 1) / (n + 1)) - 1;
    const kinds: RunKind[] = n % 24 === 3 ? ['drill', 'prune', 'verify'] : ['verify', 'prune', 'sweep'];
    for (let at0 = 0; at0 < others; at0++)
      await playOther(objects, { kind: kinds[at0 % 3] ?? 'sweep', backup, at, n: n * 8 + at0 });
    left -= 1 + Math.max(0, others);
  }
  for (const kind of ['backup', 'verify'] as const) {
    await playRun(objects, {
      kind,
      connection: 'production',
      at: new Date(now.getTime() - 60_000),
      backup: null,
      open: true,
    });
  }
  if (newest === undefined) throw new Error('There are no backups.');
  return { objects, ...newest };
}

async function playBackup(
  objects: Objects,
  { backup, run, at, n }: { backup: Filled['backup']; run: string; at: Date; n: number },
): Promise<void> {
  const chunk = (table: number, index: number): string =>
    createHash('sha256')
      .update(`${table} ${index} ${index === 0 ? n : 0}`)
      .digest('hex');
  const all = Array.from({ length: tables }, (_, table) =>
    makeTable(
      `table_${table}`,
      Array.from({ length: chunksATable }, (_, index) => chunk(table, index)),
    ),
  );
  const made = makeManifest(all);
  const manifest: Manifest = {
    ...made,
    ...{ id: backup.backupId, connection: backup.connection, run, label: n % 9 === 0 ? `release ${n}` : null },
    ...{ startedAt: at.toISOString(), completedAt: new Date(at.getTime() + 40_000 + (n % 60) * 1_000).toISOString() },
    snapshot: { takenAt: at.toISOString(), lsn: '0/1234568' },
    git: { sha: createHash('sha1').update(String(n)).digest('hex') },
    totals: {
      rows: '320',
      bytes: String(9e8 + n * 1e4),
      stored: String(2e8 + n * 3e3),
      newStored: String(4e6 + (n % 97) * 1e5),
      chunks: 160,
    },
  };
  const key = manifestKey(backup);
  objects.set(key, sealManifest(manifest, { key, keys: null }));
  objects.set(restoreScriptKey(backup), Buffer.from('#!/bin/sh\n'));
  const verified = { kind: 'verify' as const, passed: n % 211 !== 5, how: 'every object read', recoveryMs: null };
  await within(objects, (repository) =>
    recordCheck(repository, backup, {
      ...verified,
      run: deriveRunId(at.getTime() + 9e5, `v${n}`),
      at: at.toISOString(),
    }),
  );
  if (n % 24 === 3) {
    const proven = { kind: 'proof' as const, passed: true, how: 'restored and compared', recoveryMs: 90_000 };
    await within(objects, (repository) =>
      recordCheck(repository, backup, {
        ...proven,
        run: deriveRunId(at.getTime() + 18e5, `p${n}`),
        at: at.toISOString(),
      }),
    );
  }
  if (n % 500 === 0)
    await within(objects, (repository) => pinBackup(repository, backup, { pinnedAt: at.toISOString(), reason: null }));
}

async function playOther(
  objects: Objects,
  { kind, backup, at, n }: { kind: RunKind; backup: Filled['backup']; at: Date; n: number },
): Promise<void> {
  const about = { connection: kind === 'sweep' ? null : backup.connection, backup: backup.backupId };
  const later = new Date(at.getTime() + 600_000 + (n % 8) * 300_000);
  const run = await playRun(objects, { kind, ...about, at: later, failed: n % 83 === 11 });
  if (kind !== 'drill') return;
  const restore = await playRun(objects, {
    kind: 'restore',
    ...about,
    at: new Date(later.getTime() + 5_000),
    parent: run,
  });
  await within(objects, (repository) => noteChild(repository, { run, step: 'restore' }, restore));
}

interface PlayedRun {
  kind: RunKind;
  connection: string | null;
  backup: string | null;
  at: Date;
  /** Of a backup: the id it got. */
  made?: string;
  parent?: string;
  failed?: boolean;
  open?: boolean;
}

/** A run with its steps and the last word of its lanes. */
async function playRun(
  objects: Objects,
  { kind, connection, backup, at, made, parent = '', ...how }: PlayedRun,
): Promise<string> {
  const engineRunId = `${kind} ${at.getTime()} ${parent}`;
  const run: RunRecord = {
    ...{
      id: deriveRunId(at.getTime(), engineRunId),
      kind,
      connection,
      backup,
      startedAt: at.toISOString(),
      engineRunId,
    },
    ...{ target: kind === 'restore' ? 'scratch' : null, eventId: engineRunId, parent: parent === '' ? null : parent },
  };
  const time = (ms: number): string => new Date(at.getTime() + ms).toISOString();
  const error = {
    name: 'RefusedError',
    code: 'source_unreachable',
    message: `The server of ${connection} does not answer.`,
    hint: 'Look whether it runs.',
    exitCode: 3,
  };
  const totals = { rows: '320', bytes: '900000000', stored: '200000000', newStored: '4000000', chunks: 160 };
  const result: Omit<RunResult, 'timeline'> = {
    ...{
      run,
      status: how.failed ? 'failed' : 'completed',
      exitCode: how.failed ? 3 : 0,
      error: how.failed ? error : null,
    },
    ...{
      completedAt: time(45_000),
      durationMs: 45_000,
      outcome: how.failed ? null : { backup: made ?? backup, totals, epochs: 1, pgDump: '18.3' },
    },
  };
  await within(objects, async (repository) => {
    await openRun(repository, run);
    for (let n = 1; n <= steps; n++) {
      const attempt = {
        attempt: 0,
        startedAt: time(n * 5_000),
        endedAt: time(n * 5_000 + 4_000),
        outcome: 'completed' as const,
        error: null,
      };
      await recordAttempt(repository, { runId: run.id, n: String(n), slug: `step-${n}` }, attempt);
    }
    const done = {
      phase: 'rows',
      rows: 320,
      bytes: 9e8,
      items: 160,
      totalBytes: 9e8,
      totalItems: 160,
      updatedAt: time(44_000),
    };
    if (kind === 'backup') for (const lane of ['0', '1']) await writeProgress(repository, run.id, { lane, ...done });
    if (!how.open) await closeRun(repository, result);
  });
  return run.id;
}

/** Writes into a store of its own, so that its listings do not cost what the whole has. */
async function within(
  objects: Objects,
  body: (repository: ReturnType<typeof createRepository>) => Promise<unknown>,
): Promise<void> {
  const own = new Map<string, { bytes: Buffer; modified: Date }>();
  const parts = { store: createMemoryStore(own), seal: plainSeal, codec: 'zstd' as const, keys: null };
  await body(createRepository({ ...parts, beforeChunks: async () => undefined }));
  for (const [key, { bytes }] of own) objects.set(key, bytes);
}
