import { z } from 'zod';
import type { Session } from '#lib/postgres/session.ts';
import type { SideTable } from '#lib/recovery/recovery-plan.ts';
import { sideTablesGone } from '#lib/recovery/side-tables-gone.ts';
import { type ComparedTables, countSql, differentSql, fromTable, missingSql } from './comparison-sql.ts';
import type { TableDifferences } from './differences.ts';
import { type Comparison, planComparison } from './plan-comparison.ts';
import { planStatements } from './plan-statements.ts';
import { type Relation, readRelation } from './read-relation.ts';

/** How many rows of each kind a report shows. */
const mostExamples = 20;

type Found = Pick<TableDifferences, 'rows' | 'onlyInBackup' | 'onlyInLive' | 'different'>;

/**
 * Compares a side table with the live table of its name in the backup, inside the caller's read-only transaction: all
 * of it is seen at one moment, and nothing is locked but against being dropped or altered.
 * @throws DatabaseError (`side_tables_gone`), else what the driver throws.
 */
export async function compareTable(
  session: Session,
  { schema, table }: { schema: string; table: SideTable },
): Promise<TableDifferences> {
  const side = await readRelation(session, { schema, name: table.side });
  if (side === undefined) throw sideTablesGone(schema, [table.side]);
  // A side schema that took the name of one that is gone would be held against itself.
  const live = table.schema === schema ? undefined : await readRelation(session, table);
  const comparison = planComparison(table, { side, live });
  const found = await count(session, comparison, { side, live });
  const statements = planStatements(comparison, { table, side, live });
  return {
    ...{ schema: table.schema, name: table.name, side: table.side, key: table.key },
    compared: comparison.how,
    reason: comparison.how === 'by key' ? null : comparison.reason,
    notes: comparison.notes,
    ...found,
    statements: {
      ...noScript,
      insert: found.onlyInBackup.rows === '0' ? null : statements.insert,
      update: found.different.rows === '0' ? null : statements.update,
    },
  };
}

async function count(
  session: Session,
  comparison: Comparison,
  { side, live }: { side: Relation; live: Relation | undefined },
): Promise<Found> {
  if (comparison.how === 'by key' && live) return compareByKey(session, { ...comparison, side, live });
  const backup = await countRows(session, side);
  const unknown = { rows: null, examples: [] };
  const nothing = { onlyInBackup: unknown, onlyInLive: unknown, different: unknown };
  if (live === undefined) {
    const none = { rows: '0', examples: [] };
    const all = { onlyInBackup: { rows: backup, examples: [] }, onlyInLive: none, different: none };
    return { rows: { backup, live: null }, ...all };
  }
  const isRead = comparison.how === 'counts';
  return { rows: { backup, live: isRead ? await countRows(session, live) : null }, ...nothing };
}

async function countRows(session: Session, relation: Relation): Promise<string> {
  const answer = await session.query<{ rows: string }>(
    `select pg_catalog.count(*) as rows from ${fromTable(relation)}`,
  );
  return answer.rows[0]?.rows ?? '0';
}

async function compareByKey(session: Session, tables: ComparedTables): Promise<Found> {
  const answer = await session.query<{ backup: string; live: string; both: string; different: string }>(
    countSql(tables),
  );
  const { backup = '0', live = '0', both = '0', different = '0' } = answer.rows[0] ?? {};
  const onlyInBackup = String(BigInt(backup) - BigInt(both));
  const onlyInLive = String(BigInt(live) - BigInt(both));
  return {
    rows: { backup, live },
    onlyInBackup: {
      rows: onlyInBackup,
      examples: await findMissing(session, tables, { only: 'side', rows: onlyInBackup }),
    },
    onlyInLive: { rows: onlyInLive, examples: await findMissing(session, tables, { only: 'live', rows: onlyInLive }) },
    different: { rows: different, examples: different === '0' ? [] : await findDifferent(session, tables) },
  };
}

async function findMissing(
  session: Session,
  tables: ComparedTables,
  { only, rows }: { only: 'side' | 'live'; rows: string },
): Promise<string[][]> {
  if (rows === '0') return [];
  const answer = await session.query<{ key: string }>(missingSql(tables, { only, limit: mostExamples }));
  return answer.rows.map(({ key }) => keySchema.parse(JSON.parse(key)));
}

async function findDifferent(
  session: Session,
  tables: ComparedTables,
): Promise<TableDifferences['different']['examples']> {
  const answer = await session.query<{ key: string; columns: string }>(differentSql(tables, mostExamples));
  return answer.rows.map(({ key, columns }) => ({
    key: keySchema.parse(JSON.parse(key)),
    columns: positionsSchema.parse(JSON.parse(columns)).flatMap((position) => tables.columns[position] ?? []),
  }));
}

/** A table that is gone gets its script with the report. */
export const noScript = { create: null, complete: null };

const keySchema = z.array(z.string());
const positionsSchema = z.array(z.int());
