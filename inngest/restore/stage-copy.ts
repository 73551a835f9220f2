import type { RunSteps } from '#inngest/run-step.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { prepareStaging } from '#lib/cutover/carry-out.ts';
import type { Cutover } from '#lib/cutover/cutover.ts';
import { withSession } from '#lib/postgres/connect.ts';
import { home, locate, type Place } from '#lib/postgres/place.ts';
import { readEmptyState } from '#lib/restore/empty-target.ts';
import { type EmptyState, writeRestoreState } from '#lib/restore/restore-state.ts';
import type { Restore } from './build-copy.ts';

/** Makes the place where the copy is built; answers it, and what it holds while it is empty. */
export async function stageCopy(
  steps: RunSteps,
  { run, request, preflight, details }: Pick<Restore, 'run' | 'request' | 'preflight'> & Pick<Cutover, 'details'>,
): Promise<{ place: Place; before: EmptyState }> {
  return steps.run('stage', async (workspace) => {
    // Safe to run twice: a staging database of this run's name is its own, and the first state written stays.
    const inPlace = details.strategy === 'in-place';
    if (inPlace) await writeRestoreState(workspace.repository, run.id, { before: preflight.before });
    const { staging } = await prepareStaging(workspace, run.id);
    const place = staging ?? home;
    if (inPlace) return { place, before: preflight.before };
    const copy = locate(findConnection(workspace.config, request.to), place);
    return { place, before: await withSession(copy, readEmptyState) };
  });
}
