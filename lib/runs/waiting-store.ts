import { z } from 'zod';
import type { Repository } from '#lib/repository/repository.ts';
import { runFolder } from './run-id.ts';

const waitingSchema = z.strictObject({
  for: z.literal('approval'),
  /** What is approved, in one line. */
  what: z.string(),
  until: z.iso.datetime(),
});

/** That a run waits for a person, and until when. */
export type Waiting = z.infer<typeof waitingSchema>;

/** Says that the run waits. Safe to repeat: the first time limit stays. */
export async function markWaiting(repository: Repository, runId: string, waiting: Waiting): Promise<void> {
  await repository.putJson(waitingKey(runId), waiting, { ifAbsent: true });
}

/** What the run waits for, or `undefined` where it does not. */
export async function readWaiting(repository: Repository, runId: string): Promise<Waiting | undefined> {
  return repository.getJson(waitingKey(runId), waitingSchema);
}

/** Says that the run waits no more. Safe to repeat. */
export async function clearWaiting(repository: Repository, runId: string): Promise<void> {
  await repository.store.delete(waitingKey(runId));
}

function waitingKey(runId: string): string {
  return `${runFolder(runId)}waiting.json`;
}
