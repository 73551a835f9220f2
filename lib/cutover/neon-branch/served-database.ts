import type { Connection } from '#lib/config/config.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { classifyError, isDriverError } from '#lib/postgres/classify-error.ts';
import { closeSession, connect } from '#lib/postgres/connect.ts';
import type { Session } from '#lib/postgres/session.ts';

/** The oid of the database that is served, or why nobody answers just now. */
export type Served = { oid: string } | { oid: undefined; error: HoldfastError };

/** Asks a connection again and again which database it serves, as a client that reconnects at once. */
export interface ServedDatabase extends AsyncDisposable {
  ask(): Promise<Served>;
}

const question = 'select oid from pg_catalog.pg_database where datname = pg_catalog.current_database()';

export function watchServedDatabase(connection: Connection): ServedDatabase {
  let session: Session | undefined;
  const leave = async (): Promise<void> => {
    const left = session;
    session = undefined;
    if (left) await closeSession(left);
  };
  return {
    async ask() {
      try {
        session ??= await connect(connection);
        const answer = await session.query<{ oid: string }>(question);
        return { oid: answer.rows[0]?.oid ?? '' };
      } catch (cause) {
        await leave();
        // Between two databases under one name every refusal can be a moment's.
        if (!isDriverError(cause) && !(cause instanceof HoldfastError)) throw cause;
        return { oid: undefined, error: classifyError(cause, `connection ${connection.name}`) };
      }
    },
    [Symbol.asyncDispose]: leave,
  };
}

/** Which database a connection serves now. @throws a classified error. */
export async function readServed(connection: Connection): Promise<string> {
  await using served = watchServedDatabase(connection);
  const answer = await served.ask();
  if (answer.oid === undefined) throw answer.error;
  return answer.oid;
}
