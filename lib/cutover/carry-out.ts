import { RefusedError } from '#lib/errors/refused-error.ts';
import { readResult } from '#lib/runs/run-store.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import type { Cutover } from './cutover.ts';
import { readCutover, writeCutover } from './cutover-store.ts';
import { strategyOf } from './strategy-of.ts';

/** Makes the run's staging database and notes it. Safe to run twice, as `prepare` is. */
export async function prepareStaging(workspace: Workspace, runId: string): Promise<Cutover> {
  const cutover = await requireCutover(workspace, runId);
  await requireOpenRun(workspace, runId);
  const { details, staging } = await strategyOf(cutover).prepare(workspace);
  return note(workspace, { ...cutover, state: 'staged', details, staging });
}

/**
 * Makes the proven copy live and notes what was put aside where. Safe to run twice, as `cutOver` is: an attempt that
 * finds it done notes it.
 */
export async function performCutOver(workspace: Workspace, runId: string): Promise<Cutover> {
  const cutover = await requireCutover(workspace, runId);
  if (cutover.state === 'live') return cutover;
  await requireOpenRun(workspace, runId);
  const { details, putAside, interruptionMs, lsn, notes } = await strategyOf(cutover).cutOver(workspace);
  // Who has undone the run meanwhile has noted what became of the cut-over.
  await requireOpenRun(workspace, runId);
  return note(workspace, {
    ...cutover,
    state: 'live',
    details,
    putAside,
    interruptionMs,
    notes,
    cutOverLsn: lsn,
    cutOverAt: new Date().toISOString(),
  });
}

/** Brings the former content back and notes it. Safe to run twice, as `rollBack` is. */
export async function rollBackCutover(workspace: Workspace, runId: string): Promise<Cutover> {
  const cutover = await requireCutover(workspace, runId);
  if (cutover.state === 'rolled-back') return cutover;
  const { details, putAside, interruptionMs, notes } = await strategyOf(cutover).rollBack(workspace);
  const after: Cutover = { ...cutover, state: 'rolled-back', details, putAside, interruptionMs, notes };
  // A copy that never went live is staging still, and has to be dropped as such.
  return putAside === null && cutover.state !== 'live' ? { ...cutover, putAside } : note(workspace, after);
}

/** Drops staging of a run that is being undone. Safe to run twice, as `dropStaging` is. */
export async function dropStaging(workspace: Workspace, cutover: Cutover): Promise<void> {
  await strategyOf(cutover).dropStaging(workspace);
  await note(workspace, { ...cutover, state: 'discarded', staging: null, putAside: null });
}

/** Drops staging and what was put aside. Safe to run twice, as `discard` is. */
export async function discardCutover(workspace: Workspace, runId: string): Promise<void> {
  const cutover = await readCutover(workspace.repository, runId);
  if (cutover === undefined || cutover.state === 'discarded') return;
  await strategyOf(cutover).discard(workspace);
  await note(workspace, { ...cutover, state: 'discarded', staging: null, putAside: null });
}

async function note({ repository }: Workspace, cutover: Cutover): Promise<Cutover> {
  await writeCutover(repository, cutover);
  return cutover;
}

async function requireCutover({ repository }: Workspace, runId: string): Promise<Cutover> {
  const cutover = await readCutover(repository, runId);
  if (cutover !== undefined && cutover.state !== 'discarded') return cutover;
  throw new RefusedError(`Run ${runId} ${cutover ? 'has nothing put aside any more' : 'made no cut-over'}.`, {
    code: cutover ? 'already_discarded' : 'no_cutover',
    hint: 'See `holdfast show RUN` for what the run did.',
  });
}

/** An attempt that comes late, after the run has been undone and closed, must not touch the target again. */
async function requireOpenRun({ repository }: Workspace, runId: string): Promise<void> {
  if ((await readResult(repository, runId)) === undefined) return;
  throw new RefusedError(`Run ${runId} has ended.`, { code: 'run_ended', hint: 'Start a new restore.' });
}
