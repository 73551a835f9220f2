import { createHash } from 'node:crypto';
import type { Repository } from '#lib/repository/repository.ts';
import { listFamily } from '#lib/runs/children-store.ts';
import { runFolder } from '#lib/runs/run-id.ts';
import type { RunStatus } from '#lib/runs/run-record.ts';
import { readProgress, readResult } from '#lib/runs/run-store.ts';
import { findUndecided } from '#lib/runs/waiting-store.ts';
import { type ProgressSample, pickLatest, sampleProgress } from './plan-progress.ts';

/** What moves of a run while it is watched: small, and whole each time, so that none must be had before another. */
export interface RunPulse {
  status: RunStatus | 'running' | 'waiting';
  ended: boolean;
  /** Changes whenever a step, a part or a decision of the run or its parts is there that was not before, or begins. */
  shape: string;
  progress: ProgressSample | null;
}

/**
 * Looks at a run and its parts: one listing of each, and the small objects of its lanes. @throws StorageError,
 * UnavailableError, DamagedError.
 */
export async function readPulse(repository: Repository, runId: string): Promise<RunPulse> {
  const result = await readResult(repository, runId);
  if (result !== undefined) return { status: result.status, ended: true, shape: 'ended', progress: null };
  const family = await listFamily(repository, runId);
  const [folders, lanes] = await Promise.all([
    Promise.all(family.map((id) => listFolder(repository, id))),
    Promise.all(family.map((id) => readProgress(repository, id))),
  ]);
  const keys = folders.flat();
  const begun = lanes
    .flat()
    .flatMap(({ lane, step }) => (step === undefined ? [] : [`${lane} ${step.n} ${step.startedAt}`]));
  const waits =
    keys.some((entry) => entry.includes('/waiting.json')) && (await findUndecided(repository, runId)) !== undefined;
  return {
    status: waits ? 'waiting' : 'running',
    ended: false,
    shape: createHash('sha256')
      .update([waits, ...keys, ...begun].join('\n'))
      .digest('hex')
      .slice(0, 16),
    progress: sampleProgress(pickLatest(lanes), Date.now()) ?? null,
  };
}

/** The objects that tell how far a run is, each with its size: a step that is tried again grows. */
async function listFolder(repository: Repository, runId: string): Promise<string[]> {
  const telling: string[] = [];
  for await (const { key, size } of repository.store.list(runFolder(runId))) {
    if (/\/(steps|children)\/|\/(run|waiting|decision|result|proof|cutover)\.json$/.test(key))
      telling.push(`${key} ${size}`);
  }
  return telling;
}
