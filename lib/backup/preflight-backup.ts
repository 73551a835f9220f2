import { userSchemasCondition } from '#lib/catalog/user-schemas.ts';
import type { Connection } from '#lib/config/config.ts';
import type { Environment } from '#lib/config/environment.ts';
import { driverOf } from '#lib/postgres/choose-driver.ts';
import { withSession } from '#lib/postgres/connect.ts';
import { detectTransactionPooler } from '#lib/postgres/detect-pooler.ts';
import { planDirectUrl } from '#lib/postgres/direct-url.ts';
import { maskUrl } from '#lib/postgres/mask-url.ts';
import { requireReachable } from '#lib/postgres/require-reachable.ts';
import { readServerInfo, type ServerInfo } from '#lib/postgres/server-info.ts';
import type { Session } from '#lib/postgres/session.ts';
import type { Check } from '#lib/report/check.ts';
import { planLanes } from '#lib/report/plan-lanes.ts';
import { findPgDumps } from '#lib/schema/find-pg-dump.ts';
import { checkPgDump } from './check-pg-dump.ts';

export interface BackupPreflight {
  checks: Check[];
  server: ServerInfo;
  /** As many as asked for, or as the server has connections for. */
  lanes: number;
  /** Why they are fewer; `null` where they are not. */
  lanesNote: string | null;
}

/**
 * Everything that can be known to go wrong before a byte moves. `environment` is where a native pg_dump is looked for.
 * Reads only: safe to run twice.
 * @throws a classified error where the server cannot be reached at all; RefusedError where it does not answer.
 */
export async function preflightBackup(
  connection: Connection,
  options: { environment?: Environment; force?: 'auto' | 'native' | 'wasm'; lanes?: number } = {},
): Promise<BackupPreflight> {
  const { environment = {}, force = 'auto' } = options;
  await requireReachable(connection);
  const pooled = await detectTransactionPooler(connection);
  const overWebSocket = driverOf(connection) === 'websocket';
  const natives = force === 'wasm' || overWebSocket ? [] : await findPgDumps({ searchPath: environment['PATH'] });
  return withSession(connection, async (session) => {
    const server = await readServerInfo(session);
    // The session beside the lanes is the one that holds the snapshot.
    const { lanes, note: lanesNote, check: connections } = planLanes(server, options.lanes ?? 1);
    const checks = [
      checkEndpoint(connection, { pooled }),
      checkPgDump(server, { natives, force: force === 'auto' ? undefined : force, overWebSocket }),
      connections,
      ...(await checkRights(session, connection)),
    ];
    return { checks, server, lanes, lanesNote };
  });
}

function checkEndpoint(connection: Connection, { pooled }: { pooled: boolean }): Check {
  const object = `connection ${connection.name}`;
  if (pooled) {
    return {
      name: 'direct endpoint',
      object,
      passed: false,
      detail: `${maskUrl(connection.url)} is a pooler in transaction mode; a snapshot does not survive it`,
      hint: 'Give the URL of the server itself (on Neon: the host without -pooler; else the port of PostgreSQL, not of PgBouncer).',
    };
  }
  const { rewritten } = planDirectUrl(connection.url);
  const detail = rewritten ? 'the direct host is used in place of the -pooler host of the URL' : 'direct';
  return { name: 'direct endpoint', object, passed: true, detail, hint: '' };
}

async function checkRights(session: Session, connection: Connection): Promise<Check[]> {
  const answer = await session.query<{ object: string; readable: string; hidden: string }>(`
    select pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) as object,
      case c.relkind when 'S' then pg_catalog.has_sequence_privilege(c.oid, 'select')
        else pg_catalog.has_table_privilege(c.oid, 'select') end
      and pg_catalog.has_schema_privilege(n.oid, 'usage') as readable,
      c.relrowsecurity and pg_catalog.row_security_active(c.oid) as hidden
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'S')       -- what rows and positions are read from
      and c.relpersistence <> 't'       -- temporary tables belong to a session
      and ${userSchemasCondition('n', connection.excludeSchemas)}
      and not exists (                  -- members of extensions, unless they hold what people have configured
        select from pg_catalog.pg_depend d join pg_catalog.pg_extension x on x.oid = d.refobjid
        where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
          and not c.oid = any (coalesce(x.extconfig, '{}')))
    order by 1`);
  const unreadable = answer.rows.filter((row) => row.readable !== 't').map((row) => row.object);
  const hidden = answer.rows.filter((row) => row.hidden === 't').map((row) => row.object);
  return [
    {
      name: 'right to read',
      object: unreadable.length > 0 ? unreadable.slice(0, 5).join(', ') : `${answer.rows.length} tables and sequences`,
      passed: unreadable.length === 0,
      detail:
        unreadable.length > 0
          ? `${unreadable.length} cannot be read by this role: ${unreadable.slice(0, 5).join(', ')}`
          : 'all readable',
      hint: 'grant pg_read_all_data to the role (PostgreSQL 14+), or usage on the schema and select on the tables and sequences named.',
    },
    {
      name: 'row security',
      object: hidden.length > 0 ? hidden.slice(0, 5).join(', ') : 'all tables',
      passed: hidden.length === 0,
      detail:
        hidden.length > 0
          ? `row security hides rows of ${hidden.slice(0, 5).join(', ')} from this role`
          : 'no rows are hidden',
      hint: 'alter role ... bypassrls, or back up as the owner of the tables (not where row security is forced).',
    },
  ];
}
