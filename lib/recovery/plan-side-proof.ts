import type { RowSource } from '#lib/catalog/catalog.ts';
import { copyOutSql, planLanes, planPieces } from '#lib/pieces/plan-pieces.ts';
import type { Session } from '#lib/postgres/session.ts';
import type { ProofPlan } from '#lib/proof/plan-proof.ts';
import type { RecoveryPlan } from './recovery-plan.ts';

/**
 * Plans how to read the side tables back. Only these are looked at: asking for the size of a table waits for whoever
 * alters it, and the live tables are none of the proof's business.
 */
export async function planSideProof(
  session: Session,
  options: { plan: RecoveryPlan; major: number; lanes: number },
): Promise<ProofPlan> {
  const { plan, major } = options;
  const answer = await session.query<{ name: string; pages: string; bytes: string }>(
    `select c.relname as name, pg_catalog.pg_relation_size(c.oid) / current_setting('block_size')::int as pages,
       pg_catalog.pg_table_size(c.oid) as bytes
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1
       and c.relkind = 'r'  -- not indexes and TOAST tables`,
    [plan.schema],
  );
  const found = new Map(answer.rows.map((row) => [row.name, row]));
  const missing: ProofPlan['missing'] = [];
  const sources = plan.tables.flatMap(({ side, columns }, table): { table: number; source: RowSource }[] => {
    const row = found.get(side);
    if (row === undefined) {
      missing.push({ table, what: 'no such table' });
      return [];
    }
    const source: RowSource = {
      ...{ kind: 'table', schema: plan.schema, name: side, columns: columns.map(({ name }) => name), condition: '' },
      ...{ pages: Number(row.pages), bytes: Number(row.bytes) },
      // TID range scans came with PostgreSQL 14; side tables are heaps.
      ranged: major >= 14,
    };
    return [{ table, source }];
  });
  const pieces = planPieces(sources.map(({ source }) => source));
  const parts = pieces.flatMap(({ source: index, range }) => {
    const found = sources[index];
    if (!found) return [];
    const { table, source } = found;
    return [{ table, sql: copyOutSql(source, range), object: `${source.schema}.${source.name}` }];
  });
  return { level: 'content', parts, lanes: planLanes(pieces, options.lanes), missing };
}
