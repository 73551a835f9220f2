import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import type { QueryAnswer } from '#lib/manifest/manifest.ts';
import type { Session } from '#lib/postgres/session.ts';
import { askQuery } from '#lib/queries/answer-queries.ts';

/**
 * Asks the copy the manifest's critical queries, inside the session's transaction. A query that the copy cannot answer
 * is a failed check, not a failed run: its answer is the error. @throws UnavailableError where the connection is lost.
 */
export async function askCopy(session: Session, queries: readonly QueryAnswer[]): Promise<QueryAnswer[]> {
  const answers: QueryAnswer[] = [];
  for (const query of queries) {
    try {
      answers.push({ ...query, rows: await askQuery(session, query) });
    } catch (cause) {
      if (!(cause instanceof HoldfastError) || cause.retryable) throw cause;
      answers.push({ ...query, rows: [[cause.message]] });
    }
  }
  return answers;
}
