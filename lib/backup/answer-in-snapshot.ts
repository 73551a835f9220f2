import { z } from 'zod';
import type { Connection } from '#lib/config/config.ts';
import { answerSchema, type QueryAnswer } from '#lib/manifest/manifest.ts';
import { answerQueries } from '#lib/queries/answer-queries.ts';
import { deriveQueries } from '#lib/queries/derive-queries.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { runFolder } from '#lib/runs/run-id.ts';
import type { Snapshot } from './snapshot.ts';
import { withSnapshotSession } from './snapshot-session.ts';

const answersSchema = z.array(answerSchema);

/**
 * Asks the critical queries inside the snapshot and keeps the answers in the run's folder. Where the person named none,
 * they are derived from the catalogue. Safe to run twice: the snapshot gives the same answers again.
 */
export async function answerInSnapshot(
  run: { runId: string; epoch: number },
  options: { connection: Connection; snapshot: Snapshot; lockTimeoutMs: number; repository: Repository },
): Promise<{ queries: number }> {
  const { connection, repository } = options;
  const answers = await withSnapshotSession(options, async (session) => {
    const given = connection.criticalQueries;
    const derived = given === undefined;
    const queries = given ?? (await deriveQueries(session, connection.excludeSchemas));
    return answerQueries(
      session,
      queries.map((query) => ({ ...query, derived })),
    );
  });
  await repository.putJson(answersKey(run), answers);
  return { queries: answers.length };
}

/** The answers of an epoch; none where the queries have not been asked. */
export async function readAnswers(
  repository: Repository,
  run: { runId: string; epoch: number },
): Promise<QueryAnswer[]> {
  return (await repository.getJson(answersKey(run), answersSchema)) ?? [];
}

function answersKey(run: { runId: string; epoch: number }): string {
  return `${runFolder(run.runId)}answers-e${run.epoch}.json`;
}
