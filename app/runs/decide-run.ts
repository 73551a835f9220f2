import { runApproved, runCancelled } from '#inngest/events.ts';
import { readEnvironment } from '#lib/config/environment.ts';
import { findServerEngine } from '#lib/config/find-server-engine.ts';
import { requireCancellable } from '#lib/cutover/require-cancellable.ts';
import { requireWaiting } from '#lib/cutover/require-waiting.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { type Decision, writeDecision } from '#lib/runs/decision-store.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import { sendEvents } from './send-events.ts';

/**
 * Lets a run that waits for approval go on. `root` is the run that a person has started. Safe to repeat.
 * @throws RefusedError where it does not wait, or its time is over.
 */
export async function approveRun(repository: Repository, root: RunRecord): Promise<Decision & { run: string }> {
  const waiting = await requireWaiting(repository, root.id);
  const decision = await writeDecision(repository, waiting.run, 'approve');
  await tellInngest({ name: runApproved.name, data: { run: waiting.run } });
  return { run: root.id, ...decision };
}

/**
 * Ends an open run, which then takes back what it has done. Safe to repeat.
 * @throws RefusedError where it has ended, or has gone live.
 */
export async function cancelRun(repository: Repository, root: RunRecord): Promise<Decision & { run: string }> {
  await requireCancellable(repository, root.id);
  const decision = await writeDecision(repository, root.id, 'cancel');
  await tellInngest({ name: runCancelled.name, data: { run: root.id, eventId: root.eventId } });
  return { run: root.id, ...decision };
}

/** The local runner finds the decision in the repository by itself. */
async function tellInngest(event: { name: string; data: object }): Promise<void> {
  if (findServerEngine(readEnvironment()) !== 'inngest') return;
  await sendEvents([event], {
    message: 'The decision is written down, but could not be handed to Inngest.',
    hint: 'Decide again in a moment; the server’s log says more.',
  });
}
