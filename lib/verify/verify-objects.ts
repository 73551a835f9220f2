import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Manifest } from '#lib/manifest/manifest.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { reportProgress } from '#lib/runs/progress-reporter.ts';
import { runFolder } from '#lib/runs/run-id.ts';
import { type Damage, damageSchema } from './damage.ts';
import type { StoredObject } from './plan-verify.ts';
import { verifyObject } from './verify-object.ts';

/** `verified/l<lane>-<from>-<random>.json` in the run's folder: what one attempt of a step has found. */
const damagesSchema = z.array(damageSchema);

export interface VerifyStep {
  runId: string;
  lane: number;
  /** Position in the lane's list where this step begins. */
  from: number;
}

/**
 * Verifies objects of one lane until the time budget is used, always at least one; keeps the damage it found and
 * answers where the next step begins. Safe to run twice: a late attempt takes nothing from what another has found. @throws StorageError, UnavailableError.
 */
export async function verifyObjects(
  step: VerifyStep,
  options: { objects: readonly StoredObject[]; codec: Manifest['codec']; repository: Repository; budgetMs: number },
): Promise<{ next: number }> {
  const { objects, repository, codec } = options;
  const progress = reportProgress(repository, step.runId, progressStart(step, objects));
  const deadline = Date.now() + options.budgetMs;
  const found: Damage[] = [];
  let next = step.from;
  do {
    const object = objects[next];
    if (object === undefined) break;
    const damage = await verifyObject(repository, object, codec);
    if (damage !== undefined) found.push(damage);
    progress.add({ rows: object.rows?.rows ?? 0, bytes: object.stored, items: 1 });
    next++;
  } while (Date.now() < deadline);
  await repository.putJson(damageKey(step), found);
  await progress.flush();
  return { next };
}

/** The damage all lanes have found, each object once, in the order of their lists. */
export async function readDamage(repository: Repository, runId: string): Promise<Damage[]> {
  const damage = new Map<string, Damage>();
  for await (const { key } of repository.store.list(`${runFolder(runId)}verified/`)) {
    // Attempts of one step find the same.
    for (const one of (await repository.getJson(key, damagesSchema)) ?? []) damage.set(one.key, one);
  }
  return [...damage.values()];
}

function damageKey({ runId, lane, from }: VerifyStep): string {
  return `${runFolder(runId)}verified/l${lane}-${String(from).padStart(7, '0')}-${randomBytes(4).toString('hex')}.json`;
}

function progressStart(step: VerifyStep, objects: readonly StoredObject[]) {
  const before = objects.slice(0, step.from);
  return {
    lane: `verify-${step.lane}`,
    phase: 'verify objects',
    rows: before.reduce((sum, { rows }) => sum + (rows?.rows ?? 0), 0),
    bytes: before.reduce((sum, { stored }) => sum + stored, 0),
    items: step.from,
    totalBytes: objects.reduce((sum, { stored }) => sum + stored, 0),
    totalItems: objects.length,
  };
}
