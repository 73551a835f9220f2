import { sqlstateOf } from '#lib/postgres/classify-error.ts';
import { quoteLiteral } from '#lib/postgres/quote.ts';
import type { Session } from '#lib/postgres/session.ts';

/** Opens the transaction once no other swap of the name is under way; answers with its server process. */
export async function beginAlone(session: Session, live: string): Promise<string> {
  await noticeLostClient(session);
  await session.query(`begin; set local lock_timeout = '10s'; set local idle_in_transaction_session_timeout = '60s'`);
  const answer = await session.query<{ pid: string }>(`
    select pg_catalog.pg_backend_pid() as pid, pg_catalog.pg_advisory_xact_lock(
      pg_catalog.hashtextextended(${quoteLiteral(`holdfast swap of ${live}`)}, 0))`);
  return answer.rows[0]?.pid ?? '';
}

/** A killed client's statement would otherwise go on until it ends, and keep the databases locked for so long. */
async function noticeLostClient(session: Session): Promise<void> {
  try {
    await session.query(`select pg_catalog.set_config(name, '200ms', false) from pg_catalog.pg_settings
      where name = 'client_connection_check_interval' -- since PostgreSQL 14`);
  } catch (cause) {
    // 22023: the server's platform cannot look at a socket while it works.
    if (sqlstateOf(cause) !== '22023') throw cause;
  }
}
