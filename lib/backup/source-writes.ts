import { z } from 'zod';
import { userSchemasCondition } from '#lib/catalog/user-schemas.ts';
import type { Connection } from '#lib/config/config.ts';
import { withSession } from '#lib/postgres/connect.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { runFolder } from '#lib/runs/run-id.ts';

const countersSchema = z.strictObject({
  statsReset: z.string().nullable(),
  /** Rows inserted, updated and deleted since the statistics began, by table. */
  tables: z.record(z.string(), z.number()),
});
type Counters = z.infer<typeof countersSchema>;

/** What was written to a source between two looks at it; `null`: it cannot be known. */
export interface SourceWrites {
  rows: number;
  /** Tables that were written to most, most first. */
  tables: { table: string; rows: number }[];
}

const mostTables = 20;

/** Notes how much has been written to the source so far. Safe to run twice: the first note stays. */
export async function noteSourceWrites(
  connection: Connection,
  { repository, runId }: { repository: Repository; runId: string },
): Promise<void> {
  const counters = await readCounters(connection);
  await repository.putJson(`${runFolder(runId)}source-writes.json`, counters, { ifAbsent: true });
}

/**
 * Rows written to the source since `noteSourceWrites`, by the server's own statistics, which come some seconds late
 * (manual, "The Cumulative Statistics System"). Reads only.
 */
export async function countSourceWrites(
  connection: Connection,
  { repository, runId }: { repository: Repository; runId: string },
): Promise<SourceWrites | null> {
  const before = await repository.getJson(`${runFolder(runId)}source-writes.json`, countersSchema);
  return before === undefined ? null : compareCounters(before, await readCounters(connection));
}

/** Pure. Counters that went back were reset, by a person or a crash of the server. */
export function compareCounters(before: Counters, after: Counters): SourceWrites | null {
  const tables = Object.entries(after.tables)
    .map(([table, rows]) => ({ table, rows: rows - (before.tables[table] ?? 0) }))
    .filter(({ rows }) => rows !== 0)
    .sort((a, b) => b.rows - a.rows);
  if (before.statsReset !== after.statsReset || tables.some(({ rows }) => rows < 0)) return null;
  return { rows: tables.reduce((sum, { rows }) => sum + rows, 0), tables: tables.slice(0, mostTables) };
}

async function readCounters(connection: Connection): Promise<Counters> {
  return withSession(connection, async (session) => {
    const reset = await session.query<{ at: string | null }>(
      'select stats_reset as at from pg_catalog.pg_stat_database where datname = pg_catalog.current_database()',
    );
    const answer = await session.query<{ name: string; rows: string }>(`
      select pg_catalog.format('%I.%I', s.schemaname, s.relname) as name, s.n_tup_ins + s.n_tup_upd + s.n_tup_del as rows
      from pg_catalog.pg_stat_all_tables s join pg_catalog.pg_class c on c.oid = s.relid
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where ${userSchemasCondition('n', connection.excludeSchemas)}
        and c.relpersistence <> 't'   -- temporary tables belong to a session`);
    const tables = Object.fromEntries(answer.rows.map(({ name, rows }) => [name, Number(rows)]));
    return { statsReset: reset.rows[0]?.at ?? null, tables };
  });
}
