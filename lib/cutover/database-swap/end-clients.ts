import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '#lib/config/config.ts';
import { isDriverError } from '#lib/postgres/classify-error.ts';
import { withSession } from '#lib/postgres/connect.ts';
import type { Session } from '#lib/postgres/session.ts';
import { endClientsSql } from './clients.ts';

/** Clients that are ended are what the swap waits for. */
const pauseMs = 5;

/**
 * Does `work`, which locks databases in the process `holder`, and meanwhile ends again and again whoever is in those of
 * `databaseOids` that are locked. Fails only as `work` does: where nobody can be ended, the lock's holder gives up.
 */
export async function whileEndingClients<T>(
  session: Session,
  options: { maintenance: Connection; databaseOids: readonly string[]; holder: string; work: () => Promise<T> },
): Promise<T> {
  const sql = endClientsSql(options);
  let working = true;
  const endThem = async (ender: Session): Promise<void> => {
    while (working) {
      await ender.query(sql);
      await sleep(pauseMs);
    }
  };
  const ending = endThem(session)
    // A session that was ended itself has a successor: without one, the databases stay locked until the holder gives up.
    .catch((cause) => (working && isDriverError(cause) ? withSession(options.maintenance, endThem) : undefined))
    .catch(() => undefined);
  try {
    return await options.work();
  } finally {
    working = false;
    await ending;
  }
}
