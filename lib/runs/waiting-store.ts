import { z } from 'zod';
import type { Repository } from '#lib/repository/repository.ts';
import { listFamily } from './children-store.ts';
import { readDecision } from './decision-store.ts';
import { readMark, removeMark } from './mark.ts';
import { runFolder } from './run-id.ts';
import { readResult } from './run-store.ts';

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
  return readMark(repository, { key: waitingKey(runId), schema: waitingSchema });
}

/** Which run waits, of a run and its parts, and what for; `undefined` where none does. */
export async function findWaiting(
  repository: Repository,
  runId: string,
): Promise<(Waiting & { run: string }) | undefined> {
  for (const run of await listFamily(repository, runId)) {
    const waiting = await readWaiting(repository, run);
    if (waiting !== undefined && (await readResult(repository, run)) === undefined) return { run, ...waiting };
  }
  return undefined;
}

/** The same, as long as nobody has decided: a decision takes a moment until who drives the run has taken it. */
export async function findUndecided(
  repository: Repository,
  runId: string,
): Promise<(Waiting & { run: string }) | undefined> {
  const waiting = await findWaiting(repository, runId);
  return waiting && (await readDecision(repository, waiting.run)) === undefined ? waiting : undefined;
}

/** Says that the run waits no more. Safe to repeat. */
export async function clearWaiting(repository: Repository, runId: string): Promise<void> {
  await removeMark(repository, waitingKey(runId));
}

function waitingKey(runId: string): string {
  return `${runFolder(runId)}waiting.json`;
}
