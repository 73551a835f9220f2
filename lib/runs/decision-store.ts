import { z } from 'zod';
import type { Repository } from '#lib/repository/repository.ts';
import { runFolder } from './run-id.ts';

const decisionSchema = z.strictObject({
  decision: z.enum(['approve', 'cancel']),
  at: z.iso.datetime(),
});

/** What a person has decided about an open run: how one process tells another that drives it. */
export type Decision = z.infer<typeof decisionSchema>;

/**
 * Writes `runs/<run>/decision.json` for the process that drives the run. A cancellation takes the place of an approval,
 * and nothing takes the place of a cancellation. Safe to repeat; answers what stands now.
 */
export async function writeDecision(
  repository: Repository,
  runId: string,
  decision: Decision['decision'],
): Promise<Decision> {
  const wanted: Decision = { decision, at: new Date().toISOString() };
  const outcome = await repository.putJson(decisionKey(runId), wanted, { ifAbsent: decision === 'approve' });
  return outcome === 'created' ? wanted : ((await readDecision(repository, runId)) ?? wanted);
}

/** What was decided about the run, or `undefined` where nothing was. @throws DamagedError where it does not parse. */
export async function readDecision(repository: Repository, runId: string): Promise<Decision | undefined> {
  return repository.getJson(decisionKey(runId), decisionSchema);
}

function decisionKey(runId: string): string {
  return `${runFolder(runId)}decision.json`;
}
