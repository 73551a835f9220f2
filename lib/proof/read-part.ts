import type { Session } from '#lib/postgres/session.ts';
import { digestRows } from '#lib/rows/digest-rows.ts';
import type { ProofPlan } from './plan-proof.ts';
import type { TableReading } from './proof.ts';

/** Reads one part of the copy back inside the session's snapshot. @throws what the driver throws. */
export async function readPart(
  session: Session,
  { part, of, level }: { part: number; of: ProofPlan['parts'][number]; level: ProofPlan['level'] },
): Promise<TableReading> {
  const { table, sql } = of;
  if (level === 'content') {
    const { rows, bytes, digest } = await digestRows(session, [sql]);
    return { part, table, rows: String(rows), bytes: String(bytes), digest };
  }
  const answer = await session.query<{ rows: string }>(sql);
  return { part, table, rows: answer.rows[0]?.rows ?? '', bytes: '0', digest: null };
}
