import type { Connection } from '#lib/config/config.ts';
import { SnapshotLostError } from '#lib/errors/snapshot-lost-error.ts';
import { classifyError } from '#lib/postgres/classify-error.ts';
import { withSession } from '#lib/postgres/connect.ts';
import type { Session } from '#lib/postgres/session.ts';
import type { UnwrittenBranch } from './snapshot.ts';

/**
 * Notes what a branch holds, so that every later session can tell that it sees the same. Safe to run twice.
 * @throws a classified error.
 */
export async function noteUnwritten(
  connection: Connection,
  moment: Pick<UnwrittenBranch, 'takenAt' | 'lsn'>,
): Promise<UnwrittenBranch> {
  try {
    const seen = await withSession(connection, readSeen);
    return { kind: 'branch', seen, takenAt: moment.takenAt, lsn: moment.lsn };
  } catch (cause) {
    throw classifyError(cause, `snapshot branch of ${connection.name}`);
  }
}

/**
 * Two snapshots that read alike show the same rows: every transaction that either does not see is unfinished in both
 * (manual, "Transaction ID and Snapshot Information Functions"). A transaction that only reads has no number.
 * @throws SnapshotLostError where a transaction has written to the branch since, or its compute was restarted.
 */
export async function requireUnwritten(
  session: Session,
  { connection, snapshot }: { connection: Connection; snapshot: UnwrittenBranch },
): Promise<void> {
  if ((await readSeen(session)) === snapshot.seen) return;
  throw new SnapshotLostError(`The snapshot branch of connection ${connection.name} was written to, or restarted.`, {
    code: 'snapshot_lost',
    hint: 'The run reads the rows again. Does an extension such as pg_cron work on every branch? Then remove `neon` from the connection, and backups read from a session’s snapshot.',
  });
}

async function readSeen(session: Session): Promise<string> {
  const answer = await session.query<{ seen: string }>('select pg_catalog.pg_current_snapshot() as seen');
  return answer.rows[0]?.seen ?? '';
}
