import { findConnection } from '#lib/config/find-connection.ts';
import { letGo } from '#lib/runs/kept-store.ts';
import { readRun } from '#lib/runs/run-store.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { dropSideSchema } from './drop-side-schema.ts';
import { findRecoveryPlan } from './recovery-plan.ts';
import { markUndone } from './undone-store.ts';

/**
 * Takes away what a recovery that did not come to a good end has made in the live database; nothing where the run has
 * made nothing, or is none. Safe to run twice.
 * @throws UnavailableError where another attempt can help, else RollbackFailedError that says what is left.
 */
export async function undoRecovery({ config, repository }: Workspace, runId: string): Promise<{ undone: boolean }> {
  const run = await readRun(repository, runId);
  if (run?.kind !== 'recover' || run.target === null) return { undone: false };
  await markUndone(repository, runId);
  const plan = await findRecoveryPlan(repository, runId);
  if (plan === undefined) return { undone: false };
  const about = { runId, plan, lockTimeoutMs: config.lockTimeoutMs };
  const { dropped } = await dropSideSchema(findConnection(config, run.target), about);
  await letGo(repository, { run: runId, what: 'side-schema' });
  return { undone: dropped };
}
