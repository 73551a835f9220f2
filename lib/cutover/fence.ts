import { z } from 'zod';
import { findConnection } from '#lib/config/find-connection.ts';
import { RollbackFailedError } from '#lib/errors/rollback-failed-error.ts';
import { classifyError } from '#lib/postgres/classify-error.ts';
import { withSession } from '#lib/postgres/connect.ts';
import { quoteIdent, quoteLiteral } from '#lib/postgres/quote.ts';
import type { Session } from '#lib/postgres/session.ts';
import { keepSomething, letGo } from '#lib/runs/kept-store.ts';
import { readMark, removeMark } from '#lib/runs/mark.ts';
import { runFolder } from '#lib/runs/run-id.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { endClientsSince } from './database-swap/clients.ts';
import { endEarlierClients } from './end-earlier-clients.ts';

const setting = 'default_transaction_read_only';

const fenceSchema = z.strictObject({
  connection: z.string(),
  /** What the database's own setting was; `null` where it had none. */
  before: z.string().nullable(),
  /** The server's clock before the fence went up; absent in marks of earlier versions. */
  raisedAt: z.string().optional(),
});

/**
 * Makes a database read-only for its clients and ends their sessions, to the last of them, so that what they see from
 * now on is what a backup sees. A client that sets `transaction_read_only` itself still writes: this is a fence, not a
 * wall (manual, "Client Connection Defaults"). Safe to run twice: what the first attempt found stays the state to come
 * back to.
 * @throws RefusedError where the role does not own the database, UnavailableError where a session does not leave.
 */
export async function raiseFence(
  { config, repository }: Workspace,
  { run, connection: name }: { run: string; connection: string },
): Promise<{ ended: number }> {
  const connection = findConnection(config, name);
  try {
    return await withSession(connection, async (session) => {
      const before = await readSetting(session);
      const raisedAt = await readClock(session);
      await keepSomething(repository, { run, what: 'fence' });
      await repository.putJson(fenceKey(run), { connection: name, before, raisedAt }, { ifAbsent: true });
      await session.query(`alter database ${quoteIdent(await nameOf(session))} set ${setting} = on`);
      return { ended: await endEarlierClients(session, await readClock(session)) };
    });
  } catch (cause) {
    throw classifyError(cause, `fence of connection ${name}`);
  }
}

/**
 * Takes the fence of a run down again, where it has one, and ends the sessions that began behind it: a session reads the
 * setting when it begins, so a pool's would stay read-only for as long as it lives. Safe to run twice.
 * @throws a classified error.
 */
export async function liftFence({ config, repository }: Workspace, run: string): Promise<void> {
  const fence = await readMark(repository, { key: fenceKey(run), schema: fenceSchema });
  if (fence === undefined) return;
  try {
    await withSession(findConnection(config, fence.connection), async (session) => {
      const database = quoteIdent(await nameOf(session));
      const value = fence.before === null ? 'reset' : 'set';
      const to = fence.before === null ? '' : ` = ${quoteLiteral(fence.before)}`;
      await session.query(`alter database ${database} ${value} ${setting}${to}`);
      if (fence.raisedAt !== undefined) await endClientsSince(session, fence.raisedAt);
    });
  } catch (cause) {
    const error = classifyError(cause, `connection ${fence.connection}`);
    if (error.retryable) throw error;
    throw new RollbackFailedError(`Connection ${fence.connection} is still read-only: ${error.message}`, {
      code: 'fence_not_lifted',
      hint: `Run in its database, as its owner: alter database NAME ${fence.before === null ? 'reset' : 'set'} ${setting}${fence.before === null ? '' : ` = ${fence.before}`};`,
      cause,
    });
  }
  await removeMark(repository, fenceKey(run));
  await letGo(repository, { run, what: 'fence' });
}

/** Takes the fences of several runs down, those that have one. Safe to run twice. @throws a classified error. */
export async function liftFences(workspace: Workspace, runs: readonly string[]): Promise<void> {
  for (const run of new Set(runs)) await liftFence(workspace, run);
}

/** Leaves the fences of runs up for good: around the old home of a database that has moved. Safe to run twice. */
export async function keepFences({ repository }: Workspace, runs: readonly string[]): Promise<void> {
  for (const run of new Set(runs)) {
    await removeMark(repository, fenceKey(run));
    await letGo(repository, { run, what: 'fence' });
  }
}

async function readSetting(session: Session): Promise<string | null> {
  const answer = await session.query<{ value: string }>(`
    select pg_catalog.split_part(c, '=', 2) as value
    from pg_catalog.pg_db_role_setting s join pg_catalog.pg_database d on d.oid = s.setdatabase,
      pg_catalog.unnest(s.setconfig) c
    where d.datname = pg_catalog.current_database() and s.setrole = 0 and c like '${setting}=%'`);
  return answer.rows[0]?.value ?? null;
}

async function readClock(session: Session): Promise<string> {
  const answer = await session.query<{ now: string }>('select pg_catalog.clock_timestamp()::text as now');
  return answer.rows[0]?.now ?? '';
}

async function nameOf(session: Session): Promise<string> {
  const answer = await session.query<{ name: string }>('select pg_catalog.current_database() as name');
  return answer.rows[0]?.name ?? '';
}

function fenceKey(run: string): string {
  return `${runFolder(run)}fence.json`;
}
