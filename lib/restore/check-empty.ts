import { describeRowSource, readRowSources } from '#lib/catalog/read-row-sources.ts';
import { holdfastSchema } from '#lib/catalog/user-schemas.ts';
import type { Connection } from '#lib/config/config.ts';
import { quoteQualified } from '#lib/postgres/quote.ts';
import type { ServerInfo } from '#lib/postgres/server-info.ts';
import type { Session } from '#lib/postgres/session.ts';
import type { Check } from '#lib/report/check.ts';
import { listDatabaseObjects } from './database-objects.ts';
import { findLedgerRun } from './ledger.ts';

/** Whether a database is empty, or is the half-built copy of this very run. */
export async function checkEmpty(
  session: Session,
  { target, server, runId }: { target: Connection; server: ServerInfo; runId: string },
): Promise<Check> {
  const check = { name: 'empty target', object: `connection ${target.name}` };
  const ledgerRun = await findLedgerRun(session);
  if (ledgerRun === runId) return { ...check, passed: true, detail: 'the copy of this run', hint: '' };
  if (ledgerRun !== undefined) {
    const detail = `the database holds the unfinished restore ${ledgerRun}`;
    const hint = `Finish it with \`holdfast resume ${ledgerRun}\`, or take it back with \`holdfast cancel ${ledgerRun}\`.`;
    return { ...check, passed: false, detail, hint };
  }
  const found = await describeContent(session, server);
  const hint = 'Create an empty database for the restore and point the connection at it.';
  return { ...check, passed: found === undefined, detail: found ?? 'empty', hint };
}

/** What of people's the database holds, for people; `undefined` where it is empty. */
export async function describeContent(session: Session, server: ServerInfo): Promise<string | undefined> {
  const objects = await listDatabaseObjects(session);
  const [first] = objects;
  if (first) return `the database holds ${objects.length} objects, first ${first.type} ${first.identity}`;
  const reserved = await session.query(`select from pg_catalog.pg_namespace where nspname = '${holdfastSchema}'`);
  if (reserved.rows.length > 0)
    return `the database holds a schema ${holdfastSchema}, which a restore needs for itself`;
  for (const table of await listConfigTables(session, server.major)) {
    const rows = await session.query(`select from only ${table.name} ${table.condition} limit 1`);
    if (rows.rows.length > 0) return `the database holds rows in ${table.object}, which belongs to an extension`;
  }
  return undefined;
}

/** Tables in which extensions keep what people have configured. */
export async function listConfigTables(
  session: Session,
  major: number,
): Promise<{ name: string; condition: string; object: string }[]> {
  const sources = await readRowSources(session, { major, excludeSchemas: [] });
  return sources
    .filter(({ kind }) => kind === 'extension-config')
    .map((source) => ({
      name: quoteQualified(source),
      condition: source.condition,
      object: describeRowSource(source),
    }));
}
