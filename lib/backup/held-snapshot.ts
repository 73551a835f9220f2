import type { Connection } from '#lib/config/config.ts';
import type { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { SnapshotLostError } from '#lib/errors/snapshot-lost-error.ts';
import { classifyError, sqlstateOf } from '#lib/postgres/classify-error.ts';
import { closeSession, connect, withSession } from '#lib/postgres/connect.ts';
import type { Session } from '#lib/postgres/session.ts';
import { processState } from '#lib/process/process-state.ts';
import { describeLockHolders } from './describe-lock-holders.ts';
import { isTableGone, listTablesToLock, lockTables } from './lock-tables.ts';
import type { HeldSnapshot } from './snapshot.ts';

/** The sessions that hold snapshots open, by run and epoch. Nothing but these needs one process to live on. */
const holders = (): Map<string, Session> => processState('snapshot-holders', () => new Map());

/** How often the tables may change between being listed and being locked before the rest is locked as pg_dump does. */
const mostListings = 5;

/**
 * Exports a `REPEATABLE READ, READ ONLY` snapshot and holds ACCESS SHARE on every table, so that none is dropped,
 * truncated or rewritten while its rows are read (manual, "Snapshot Synchronization Functions").
 * Safe to run twice: a holder already open under `key` is closed first.
 * @throws UnavailableError that names the table and who locks it; else a classified error.
 */
export async function holdSnapshot(
  key: string,
  options: { connection: Connection; lockTimeoutMs: number },
): Promise<HeldSnapshot> {
  await releaseSnapshot(key);
  const session = await connect(options.connection);
  try {
    const snapshot = await takeSnapshot(session, options);
    // Another attempt of the same step may have come in between; a session that nobody knows would hold on for ever.
    await releaseSnapshot(key);
    holders().set(key, session);
    return snapshot;
  } catch (cause) {
    await closeSession(session);
    throw classifyError(cause, `snapshot of ${options.connection.name}`);
  }
}

/**
 * Locks come before the snapshot: a table that was truncated after the snapshot and before its lock would be read as
 * empty (manual, "Caveats" of concurrency control). LOCK TABLE does not fix a transaction's snapshot, the export does.
 */
async function takeSnapshot(
  session: Session,
  { connection, lockTimeoutMs }: { connection: Connection; lockTimeoutMs: number },
): Promise<HeldSnapshot> {
  for (let listing = 1; ; listing++) {
    const tables = await listTablesToLock(session, connection.excludeSchemas);
    await session.query('begin transaction isolation level repeatable read, read only');
    try {
      await lockTables(session, { tables, lockTimeoutMs });
      const snapshot = await exportSnapshot(session);
      const known = new Set(tables);
      const seen = await listTablesToLock(session, connection.excludeSchemas);
      const created = seen.filter((table) => !known.has(table));
      if (created.length === 0) return snapshot;
      if (listing >= mostListings) {
        await lockTables(session, { tables: created, lockTimeoutMs });
        return snapshot;
      }
    } catch (cause) {
      if (!isTableGone(cause) || listing >= mostListings) throw cause;
    }
    await session.query('rollback');
  }
}

async function exportSnapshot(session: Session): Promise<HeldSnapshot> {
  // The statement's time is that of its arrival, and the snapshot is taken after it.
  const answer = await session.query<{ id: string; holder: string; taken_at: string; lsn: string | null }>(`
    select pg_catalog.pg_export_snapshot() as id, ${holderSql} as holder,
      pg_catalog.to_json(pg_catalog.statement_timestamp()) #>> '{}' as taken_at,
      case when pg_catalog.pg_is_in_recovery() then pg_catalog.pg_last_wal_replay_lsn()
        else pg_catalog.pg_current_wal_lsn() end::text as lsn
    from pg_catalog.pg_stat_activity where pid = pg_catalog.pg_backend_pid()`);
  const row = answer.rows[0];
  return {
    kind: 'session',
    ...{ id: row?.id ?? '', holder: row?.holder ?? '', takenAt: row?.taken_at ?? '', lsn: row?.lsn ?? null },
  };
}

// A role sees this of its own sessions without any right (manual, "Viewing Statistics").
const holderSql = `pg_catalog.concat(pid, ' ', backend_start)`;

/** Ends the holder of `key`, if this process has it. Safe to run twice. */
export async function releaseSnapshot(key: string): Promise<void> {
  const session = holders().get(key);
  holders().delete(key);
  if (session) await closeSession(session);
}

/** Makes the open transaction see the held snapshot. @throws SnapshotLostError where the holder is gone. */
export async function importSnapshot(
  session: Session,
  { connection, snapshot }: { connection: Connection; snapshot: HeldSnapshot },
): Promise<void> {
  try {
    await session.query(`set transaction snapshot '${snapshot.id.replaceAll("'", "''")}'`);
  } catch (cause) {
    const sqlstate = sqlstateOf(cause);
    // 22023, 42704, 55000: the identifier no longer names a snapshot, or its transaction has ended.
    if (sqlstate === '22023' || sqlstate === '42704' || sqlstate === '55000') {
      throw snapshotLost({ connection, snapshot, cause });
    }
    throw classifyError(cause, `connection ${connection.name}`);
  }
  await requireHolder(session, { connection, snapshot });
}

/**
 * Identifiers of snapshots are numbers that begin anew when a server recovers from a crash: another session's snapshot
 * may have this one's. While the holder lives, its identifier is nobody else's.
 * @throws SnapshotLostError where the holder is gone.
 */
export async function requireHolder(
  session: Session,
  { connection, snapshot }: { connection: Connection; snapshot: HeldSnapshot },
): Promise<void> {
  const answer = await session.query(`select from pg_catalog.pg_stat_activity where ${holderSql} = $1`, [
    snapshot.holder,
  ]);
  if (answer.rowCount === 0) throw snapshotLost({ connection, snapshot });
}

function snapshotLost(lost: { connection: Connection; snapshot: HeldSnapshot; cause?: unknown }): SnapshotLostError {
  const { connection, snapshot, cause } = lost;
  return new SnapshotLostError(`The snapshot ${snapshot.id} of connection ${connection.name} is gone.`, {
    code: 'snapshot_lost',
    hint: 'The run opens a new snapshot and reads the rows again.',
    cause,
  });
}

/**
 * A session waits to alter a table that the holder keeps from it, and our reader queues behind that session: both would
 * wait for ever. The holder gives way, where this process has it, and the rows are read again under a new snapshot.
 * `cause` is the reader's error; `table` is added where it is known.
 */
export async function giveUpSnapshot(
  key: string,
  { connection, table, cause }: { connection: Connection; table: string | undefined; cause: HoldfastError },
): Promise<SnapshotLostError> {
  const holders =
    table === undefined
      ? undefined
      : // Only an extra to the message: without it the snapshot is given up all the same.
        await withSession(connection, (session) => describeLockHolders(session, [table])).catch(() => undefined);
  await releaseSnapshot(key);
  const why = holders === undefined ? cause.message : `${holders}.`;
  return new SnapshotLostError(`The snapshot of connection ${connection.name} was given up: ${why}`, {
    code: 'snapshot_given_up',
    hint: 'The run reads the rows again under a new snapshot; avoid migrations during a backup.',
    cause,
  });
}
