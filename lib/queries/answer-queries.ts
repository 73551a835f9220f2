import { createHash } from 'node:crypto';
import type { CriticalQuery } from '#lib/config/config-schema.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import type { QueryAnswer } from '#lib/manifest/manifest.ts';
import { classifyError } from '#lib/postgres/classify-error.ts';
import type { Session } from '#lib/postgres/session.ts';

/** More rows than this are not an answer a person can check; the query should aggregate. */
const mostRows = 1_000;

/**
 * Asks each query inside the session's snapshot; values come back as text.
 * @throws a classified error that names the query.
 */
export async function answerQueries(
  session: Session,
  queries: readonly (CriticalQuery & { derived: boolean })[],
): Promise<QueryAnswer[]> {
  const answers: QueryAnswer[] = [];
  for (const query of queries) {
    const rows = await askQuery(session, query).catch((cause: unknown) => {
      // Nobody asked for a derived query: one that this database cannot answer (an operator outside of the search path,
      // a right that the rows do not ask for) is no question.
      if (query.derived && cause instanceof HoldfastError && !cause.retryable) return undefined;
      throw cause;
    });
    if (rows === undefined) continue;
    const answer = { name: query.name, sql: query.sql, derived: query.derived, rows };
    answers.push(query.expect === undefined ? answer : { ...answer, expect: query.expect });
  }
  return answers;
}

/**
 * The rows of one query's answer, every value as text, inside the session's open transaction, which stays usable.
 * @throws a classified error that names the query.
 */
export async function askQuery(session: Session, query: { name: string; sql: string }): Promise<(string | null)[][]> {
  try {
    // People write their tables without a schema; Holdfast's own sessions have an empty search path.
    await session.query(`savepoint holdfast_query; set local search_path = "$user", public`);
    // The extended protocol takes one statement only: none can end the transaction first. pg goes by `queryMode`, Neon's
    // driver, which does not know it, by the name; a name stands for one text as long as the session lives.
    const name = `holdfast_${createHash('sha256').update(query.sql).digest('hex').slice(0, 32)}`;
    const asked = { text: query.sql, rowMode: 'array', queryMode: 'extended', name } as const;
    const answer = await session.query<(string | null)[]>(asked);
    return answer.rows.slice(0, mostRows);
  } catch (cause) {
    throw classifyError(cause, `critical query "${query.name}"`);
  } finally {
    // Where the connection is lost, the error above says so.
    await session
      .query('rollback to savepoint holdfast_query; release savepoint holdfast_query')
      .catch(() => undefined);
  }
}
