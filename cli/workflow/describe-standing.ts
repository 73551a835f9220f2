import type { Cutover } from '#lib/cutover/cutover.ts';
import { readCutover } from '#lib/cutover/cutover-store.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { listFamily } from '#lib/runs/children-store.ts';
import { listKept } from '#lib/runs/kept-store.ts';
import { readRun } from '#lib/runs/run-store.ts';

/**
 * What the databases of an open run serve at this moment, for a person who stops it: one sentence each. Nothing where
 * the repository does not answer, as the stop must not hang on it.
 */
export async function describeStanding(repository: Repository, runId: string): Promise<string[]> {
  try {
    const family = await listFamily(repository, runId);
    const cutovers = await Promise.all(family.map((run) => readCutover(repository, run)));
    const fenced = (await listKept(repository)).filter(({ run, what }) => what === 'fence' && family.includes(run));
    const fences = await Promise.all(fenced.map(({ run }) => describeFence(repository, run)));
    return [...cutovers.flatMap((cutover) => (cutover ? [describeTarget(cutover)] : [])), ...fences].filter(
      (text) => text !== '',
    );
  } catch {
    return [];
  }
}

/** `neon serves what it served.` */
function describeTarget({ target, state, details }: Cutover): string {
  if (state === 'live') return `${target} serves the copy.`;
  if (state === 'rolled-back' || state === 'discarded') return '';
  if (details.strategy !== 'in-place') return `${target} serves what it served.`;
  if (details.safetyBackup !== null) {
    return `${target} is being replaced; what it held is in the safety backup ${details.safetyBackup.backupId}.`;
  }
  return state === 'planned' || details.replace
    ? `${target} is as it was.`
    : `${target}, which was empty, holds what is built of the copy.`;
}

/** A transfer fences its source, a restore in place its target. */
async function describeFence(repository: Repository, run: string): Promise<string> {
  const record = await readRun(repository, run);
  const fenced = record?.kind === 'transfer' ? record.connection : record?.target;
  return fenced == null ? '' : `${fenced} is read-only for its clients until the run ends.`;
}
