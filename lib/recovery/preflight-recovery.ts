import type { Connection } from '#lib/config/config.ts';
import type { Manifest } from '#lib/manifest/manifest.ts';
import { withSession } from '#lib/postgres/connect.ts';
import { detectTransactionPooler } from '#lib/postgres/detect-pooler.ts';
import { requireReachable } from '#lib/postgres/require-reachable.ts';
import { readServerInfo } from '#lib/postgres/server-info.ts';
import type { Session } from '#lib/postgres/session.ts';
import type { Check } from '#lib/report/check.ts';
import { planLanes } from '#lib/report/plan-lanes.ts';
import { checkWritable } from '#lib/restore/check-writable.ts';
import { checkEncoding, checkPooler, checkProtection } from '#lib/restore/preflight-restore.ts';
import type { SchemaEntry } from '#lib/schema/schema-entry.ts';
import { checkSideSchema } from './check-side-schema.ts';
import { checkTypes } from './check-types.ts';
import { planRecovery } from './plan-recovery.ts';

export interface RecoveryPreflight {
  checks: Check[];
  /** Server's major version. */
  major: number;
  /** As many as asked for, or as the server has connections for. */
  lanes: number;
  /** A publication of all tables would send the side tables' rows to subscribers that do not have these tables. */
  unlogged: boolean;
}

/**
 * Holds the live database against what is to be recovered, before anything is made. Reads only: safe to run twice.
 * @throws UsageError (patterns), RefusedError (a table that cannot be recovered by itself; out of reach, login).
 */
export async function preflightRecovery(
  target: Connection,
  options: {
    manifest: Manifest;
    entries: readonly SchemaEntry[];
    patterns: readonly string[];
    schema: string;
    lanes: number;
    runId: string;
    /** The target's name as the person gave it once more. */
    confirm: string | undefined;
  },
): Promise<RecoveryPreflight> {
  const { tables } = planRecovery(options, { ...options, unlogged: false });
  await requireReachable(target);
  const pooled = await detectTransactionPooler(target);
  return withSession(target, async (session) => {
    const server = await readServerInfo(session);
    const { lanes, check: connections } = planLanes(server, options.lanes);
    const checks = [
      checkWritable(server),
      checkProtection(target, options.confirm),
      checkPooler(target, { pooled }),
      checkEncoding(server, options.manifest),
      connections,
      ...(await checkSideSchema(session, { runId: options.runId, name: options.schema })),
      ...(await checkTypes(session, tables, options)),
    ];
    return { checks, major: server.major, lanes, unlogged: await publishesAllTables(session) };
  });
}

async function publishesAllTables(session: Session): Promise<boolean> {
  const found = await session.query('select from pg_catalog.pg_publication where puballtables limit 1');
  return found.rows.length > 0;
}
