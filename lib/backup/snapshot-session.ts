import type { Connection } from '#lib/config/config.ts';
import { withSession } from '#lib/postgres/connect.ts';
import type { Session } from '#lib/postgres/session.ts';
import { importSnapshot, requireHolder } from './held-snapshot.ts';
import type { Snapshot } from './snapshot.ts';
import { requireUnwritten } from './unwritten-branch.ts';

/**
 * Runs `body` in a session that sees the snapshot, and asks at its end whether it was there all the time.
 * @throws SnapshotLostError where it is gone, else a classified error.
 */
export async function withSnapshotSession<T>(
  options: { connection: Connection; snapshot: Snapshot; lockTimeoutMs: number },
  body: (session: Session) => Promise<T>,
): Promise<T> {
  const { connection, snapshot } = options;
  return withSession(connection, async (session) => {
    await session.query('begin transaction isolation level repeatable read, read only');
    await session.query(`set local lock_timeout = ${options.lockTimeoutMs}`);
    if (snapshot.kind === 'session') await importSnapshot(session, { connection, snapshot });
    else await requireUnwritten(session, { connection, snapshot });
    const result = await body(session);
    // A table that is truncated or rewritten meanwhile is read as empty (manual, "Caveats" of concurrency control). A
    // holder keeps it from that, for as long as it lives; on a branch nobody may have done it.
    if (snapshot.kind === 'session') await requireSnapshot(session, { connection, snapshot });
    await session.query('commit');
    if (snapshot.kind === 'branch') await requireUnwritten(session, { connection, snapshot });
    return result;
  });
}

/**
 * Whether the snapshot is still there. Of a branch it is to be asked outside a transaction, which sees one state all
 * along. @throws SnapshotLostError where it is not.
 */
export async function requireSnapshot(
  session: Session,
  { connection, snapshot }: { connection: Connection; snapshot: Snapshot },
): Promise<void> {
  if (snapshot.kind === 'branch') return requireUnwritten(session, { connection, snapshot });
  // A transaction sees the sessions as they were when it first asked, unless it forgets them.
  await session.query('select pg_catalog.pg_stat_clear_snapshot()');
  await requireHolder(session, { connection, snapshot });
}
