import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '#lib/config/config.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { classifyError } from '#lib/postgres/classify-error.ts';
import { withSession } from '#lib/postgres/connect.ts';
import { quoteLiteral } from '#lib/postgres/quote.ts';
import type { Session } from '#lib/postgres/session.ts';
import { listDatabases, oidOf } from './list-databases.ts';
import type { Swap } from './swap.ts';

const patienceMs = 10_000;
const pauseMs = 20;

/**
 * After an error, which may have come before the commit or after it: sees that the transaction is over, then looks who
 * has the name. Returns where the swap was done. @throws `cause`, classified, where it was not; UnavailableError where
 * the server does not tell.
 */
export async function settleSwap(
  maintenance: Connection,
  { swap, holder, cause }: { swap: Swap; holder: string | undefined; cause: unknown },
): Promise<void> {
  let now: string | undefined;
  try {
    now = await withSession(maintenance, async (session) => {
      if (holder !== undefined) await endHolder(session, holder);
      return oidOf(await listDatabases(session), swap.live);
    });
  } catch (lookFailed) {
    const { message } = classifyError(cause, `cut-over of database ${swap.live}`);
    const found = lookFailed instanceof HoldfastError ? lookFailed.message : String(lookFailed);
    throw new UnavailableError(`${message}. Whether it was done is not known yet: ${found}`, {
      code: 'swap_undecided',
      hint: 'One of the two databases has the name, whole. Another attempt looks first, and does only what is left.',
      cause,
    });
  }
  if (now !== swap.incomingOid) throw classifyError(cause, `cut-over of database ${swap.live}`);
}

/** A lost connection's transaction may still be running: it is ended, or has come to its end, before anybody looks. */
async function endHolder(session: Session, holder: string): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline) {
    const answer = await session.query(`
      select pg_catalog.pg_terminate_backend(pid) from pg_catalog.pg_stat_activity
      where pid = ${quoteLiteral(holder)} and usename = current_user and application_name = 'holdfast'`);
    if (answer.rows.length === 0) return;
    await sleep(pauseMs);
  }
  throw new UnavailableError(`Server process ${holder} does not end.`, {
    code: 'holder_stays',
    hint: 'It holds locks of the cut-over; look at pg_stat_activity.',
  });
}
