import { z } from 'zod';
import type { Connection } from '#lib/config/config.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { quoteQualified } from '#lib/postgres/quote.ts';
import type { Session } from '#lib/postgres/session.ts';
import { askQuery } from '#lib/queries/answer-queries.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { runFolder } from '#lib/runs/run-id.ts';
import type { Snapshot } from './snapshot.ts';
import { withSnapshotSession } from './snapshot-session.ts';

/** How tools write down which migrations a database has: the table, and the version of the last one in it. */
const tools: readonly { tool: string; table: string; columns: readonly string[]; version: string; rest: string }[] = [
  {
    ...{ tool: 'prisma', table: '_prisma_migrations', columns: ['migration_name', 'finished_at', 'rolled_back_at'] },
    version: 'migration_name',
    rest: 'where finished_at is not null and rolled_back_at is null order by finished_at desc, migration_name desc',
  },
  {
    ...{ tool: 'drizzle', table: '__drizzle_migrations', columns: ['id', 'created_at'] },
    version: 'created_at',
    rest: 'order by created_at desc nulls last',
  },
  { tool: 'knex', table: 'knex_migrations', columns: ['id', 'name'], version: 'name', rest: 'order by id desc' },
  {
    ...{ tool: 'flyway', table: 'flyway_schema_history', columns: ['version', 'success', 'installed_rank'] },
    version: 'version',
    rest: 'where success and version is not null order by installed_rank desc',
  },
  {
    ...{ tool: 'graphile-migrate', table: 'migrations', columns: ['hash', 'previous_hash', 'filename', 'date'] },
    version: 'filename',
    rest: 'order by date desc, filename desc',
  },
  {
    ...{ tool: 'alembic', table: 'alembic_version', columns: ['version_num'] },
    version: 'version_num',
    rest: 'order by version_num desc',
  },
  // Rails, dbmate, golang-migrate, Supabase.
  {
    ...{ tool: 'schema_migrations', table: 'schema_migrations', columns: ['version'] },
    version: 'version',
    rest: 'order by version desc',
  },
];

/** Of several tables of one name: the one that a session finds without a schema, then those of the tools' own schemas. */
const findTables = `
select n.nspname as schema, c.relname as name,
       array_to_json(array(select a.attname from pg_catalog.pg_attribute a
                            where a.attrelid operator(pg_catalog.=) c.oid
                              -- neither system columns nor dropped ones
                              and a.attnum operator(pg_catalog.>) 0 and not a.attisdropped))::text as columns
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
 where c.relname operator(pg_catalog.=) any ($1)
   -- tables, also partitioned ones
   and c.relkind in ('r', 'p')
   -- schemas that are left out of the backup are not locked, and may not be readable
   and n.nspname operator(pg_catalog.<>) all ($2)
 order by n.nspname operator(pg_catalog.=) 'public' desc,
          n.nspname in ('drizzle', 'graphile_migrate', 'supabase_migrations') desc, n.nspname`;

const migrationSchema = z.strictObject({ tool: z.string(), version: z.string() });
export type Migration = z.infer<typeof migrationSchema>;

/**
 * Reads in the snapshot which migration the database has come to, by the tables of well-known tools, and keeps it in the
 * run's folder. A table that cannot be asked is passed over: nobody's backup fails for it. Safe to run twice: the
 * snapshot gives the same again. @throws SnapshotLostError, UnavailableError.
 */
export async function noteMigration(
  run: { runId: string; epoch: number },
  options: { connection: Connection; snapshot: Snapshot; lockTimeoutMs: number; repository: Repository },
): Promise<void> {
  const { connection, repository } = options;
  const migration = await withSnapshotSession(options, (session) => readMigration(session, connection.excludeSchemas));
  if (migration !== undefined) await repository.putJson(migrationKey(run), migration);
}

/** What was noted; `null` where the database has no table that tells. */
export async function readNotedMigration(
  repository: Repository,
  run: { runId: string; epoch: number },
): Promise<Migration | null> {
  return (await repository.getJson(migrationKey(run), migrationSchema)) ?? null;
}

async function readMigration(session: Session, excludeSchemas: readonly string[]): Promise<Migration | undefined> {
  const names = tools.map(({ table }) => table);
  const { rows } = await session.query(findTables, [names, excludeSchemas]);
  for (const { tool, table, columns, version, rest } of tools) {
    for (const { schema, name, columns: found } of rows) {
      if (name !== table || schema === null || schema === undefined) continue;
      const there: unknown = JSON.parse(found ?? '[]');
      if (!Array.isArray(there) || !columns.every((column) => there.includes(column))) continue;
      const sql = `select ${version} from ${quoteQualified({ schema, name })} ${rest} limit 1`;
      const last = await askVersion(session, { name: `migrations of ${tool}`, sql });
      if (last !== undefined) return { tool, version: last.slice(0, 200) };
    }
  }
  return undefined;
}

async function askVersion(session: Session, query: { name: string; sql: string }): Promise<string | undefined> {
  try {
    return (await askQuery(session, query))[0]?.[0] ?? undefined;
  } catch (cause) {
    // A table that only looks like one of the tool's, or that this role may not read.
    if (cause instanceof HoldfastError && !cause.retryable) return undefined;
    throw cause;
  }
}

function migrationKey(run: { runId: string; epoch: number }): string {
  return `${runFolder(run.runId)}migration-e${run.epoch}.json`;
}
