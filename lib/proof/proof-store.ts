import { randomBytes } from 'node:crypto';
import { DamagedError } from '#lib/errors/damaged-error.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { runFolder } from '#lib/runs/run-id.ts';
import { type ProofPlan, proofPlanSchema } from './plan-proof.ts';
import { type Proof, proofSchema, type TableReading, tableReadingsSchema } from './proof.ts';

/** Writes the plan once and answers the one that is there: readings are known by the number of their part in it. */
export async function writeProofPlan(repository: Repository, runId: string, plan: ProofPlan): Promise<ProofPlan> {
  const outcome = await repository.putJson(`${runFolder(runId)}proof-plan.json`, plan, { ifAbsent: true });
  return outcome === 'created' ? plan : readProofPlan(repository, runId);
}

/** What a proof reads. @throws DamagedError where it is gone. */
export async function readProofPlan(repository: Repository, runId: string): Promise<ProofPlan> {
  const plan = await repository.getJson(`${runFolder(runId)}proof-plan.json`, proofPlanSchema);
  if (plan) return plan;
  throw new DamagedError(`The proof plan of run ${runId} is missing in ${repository.location}.`, {
    code: 'run_state_missing',
    hint: 'Start the run again.',
  });
}

/** Keeps what an attempt of a lane's step has read back, beside those of others: one given up may still be at work. */
export async function writeReadings(
  repository: Repository,
  step: { runId: string; lane: number; from: number },
  readings: readonly TableReading[],
): Promise<void> {
  const attempt = randomBytes(6).toString('hex');
  await repository.putJson(`${runFolder(step.runId)}read-back/l${step.lane}-${step.from}-${attempt}.json`, readings);
}

/** Everything the lanes have read back, each part once. */
export async function readReadings(repository: Repository, runId: string): Promise<TableReading[]> {
  const readings = new Map<number, TableReading>();
  for await (const { key } of repository.store.list(`${runFolder(runId)}read-back/`)) {
    for (const reading of (await repository.getJson(key, tableReadingsSchema)) ?? [])
      readings.set(reading.part, reading);
  }
  return [...readings.values()];
}

/** Keeps the whole proof beside the run, which carries its summary. */
export async function writeProof(repository: Repository, runId: string, proof: Proof): Promise<void> {
  await repository.putJson(`${runFolder(runId)}proof.json`, proof);
}

/** The proof of a run, where it got that far. */
export async function readProof(repository: Repository, runId: string): Promise<Proof | undefined> {
  return repository.getJson(`${runFolder(runId)}proof.json`, proofSchema);
}
