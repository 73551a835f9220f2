import type { Connection } from '#lib/config/config.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { withSession } from '#lib/postgres/connect.ts';

/**
 * Before anything is dropped beside the live branch: sees with its own eyes that this is another server. Two computes do
 * not start in the same microsecond. @throws RefusedError where it is the live one.
 */
export async function requireOtherServer(other: Connection, live: Connection): Promise<void> {
  if ((await readStart(other)) !== (await readStart(live))) return;
  throw new RefusedError(`The host of the other branch leads to the live branch of connection ${live.name}.`, {
    code: 'not_another_server',
    hint: 'Nothing was dropped. Look at the endpoints of both branches in the Neon Console.',
  });
}

async function readStart(connection: Connection): Promise<string> {
  return withSession(connection, async (session) => {
    const answer = await session.query<{ at: string }>('select pg_catalog.pg_postmaster_start_time() as at');
    return answer.rows[0]?.at ?? '';
  });
}
