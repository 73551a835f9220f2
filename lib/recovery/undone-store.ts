import { z } from 'zod';
import type { Repository } from '#lib/repository/repository.ts';
import { runFolder } from '#lib/runs/run-id.ts';

const undoneSchema = z.strictObject({ at: z.iso.datetime() });

/**
 * Says that a recovery is being taken back. Written before anything of it is looked for: an attempt that is making its
 * schema at that moment either has made it by then, so that it is found, or finds this mark, and takes its own away.
 */
export async function markUndone(repository: Repository, runId: string): Promise<void> {
  await repository.putJson(undoneKey(runId), { at: new Date().toISOString() });
}

/** Whether the recovery was, or is being, taken back: then nothing may be made for it any more. */
export async function isUndone(repository: Repository, runId: string): Promise<boolean> {
  return (await repository.getJson(undoneKey(runId), undoneSchema)) !== undefined;
}

function undoneKey(runId: string): string {
  return `${runFolder(runId)}recovery-undone.json`;
}
