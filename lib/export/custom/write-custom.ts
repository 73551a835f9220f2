import type { Connection } from '#lib/config/config.ts';
import type { Environment } from '#lib/config/environment.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import type { ExportedTable } from '#lib/export/choose-exported.ts';
import type { Manifest } from '#lib/manifest/manifest.ts';
import { withSession } from '#lib/postgres/connect.ts';
import { quoteIdent, quoteLiteral, quoteQualified } from '#lib/postgres/quote.ts';
import { readServerInfo } from '#lib/postgres/server-info.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { describeContent } from '#lib/restore/check-empty.ts';
import { clearConfigTables, dropEverything, readEmptyState } from '#lib/restore/empty-target.ts';
import { rolesOfLargeObjects } from '#lib/restore/stage-large-objects.ts';
import { findPgDumps, type NativePgDump } from '#lib/schema/find-pg-dump.ts';
import { listRoles } from '#lib/schema/list-roles.ts';
import type { SchemaEntry } from '#lib/schema/schema-entry.ts';
import { findServerPrograms } from '#lib/scratch/find-server-programs.ts';
import type { ScratchServer } from '#lib/scratch/scratch-server.ts';
import { withScratchServer } from '#lib/scratch/with-scratch-server.ts';
import { loadDatabase } from './load-database.ts';
import { runPgDump } from './run-pg-dump.ts';

export interface CustomExport {
  repository: Repository;
  manifest: Manifest;
  entries: readonly SchemaEntry[];
  /** The tables that are wanted; `null`: all there is. */
  tables: readonly ExportedTable[] | null;
  /** An empty database to restore into for a moment; `null`: one of a server that is started for it. */
  scratch: Connection | null;
  environment: Environment;
  onBytes: (bytes: number) => void;
  /** The archive's file; it must not exist. */
  file: string;
}

const scratchDatabase = 'holdfast_export';

/**
 * Writes a backup as an archive of the real pg_dump: restored into a database for the moment, and dumped from there.
 * @throws RefusedError where there is no pg_dump or no server that is new enough, or the given database is not empty.
 */
export async function writeCustom(options: CustomExport): Promise<{ leftOut: { object: string; reason: string }[] }> {
  const dumps = await findPgDumps({ searchPath: options.environment['PATH'] });
  const { scratch } = options;
  if (scratch) return dumpFromGiven({ ...options, scratch, dumps });
  const { major } = options.manifest.source;
  const newest = Math.max(0, ...dumps.map((dump) => dump.major));
  const servers = await findServerPrograms({ searchPath: options.environment['PATH'] });
  const chosen = servers.find((server) => server.major >= major && server.major <= newest);
  if (!chosen) throw noPrograms({ major, dumps, servers });
  return withScratchServer({ major: chosen.major, environment: options.environment }, async (server) => {
    await prepareServer(server, options);
    return dumpFrom({
      ...options,
      target: server.connectionTo(scratchDatabase),
      native: requireDump(dumps, chosen.major),
    });
  });
}

/** The database and the roles that the backup names. */
async function prepareServer(server: ScratchServer, { manifest, entries }: CustomExport): Promise<void> {
  const roles = [...Object.values(listRoles(entries)), ...Object.values(rolesOfLargeObjects(manifest.largeObjects))];
  await withSession(server.connectionTo(), async (session) => {
    const there = await session.query<{ name: string }>('select rolname as name from pg_catalog.pg_roles');
    const known = new Set(there.rows.map(({ name }) => name));
    for (const role of new Set(roles.flat())) {
      if (!known.has(role)) await session.query(`create role ${quoteIdent(role)}`);
    }
    // A database of SQL_ASCII holds bytes that are no UTF-8; its locale is then the one that goes with every encoding.
    const { encoding } = manifest.source;
    const locale = encoding === 'UTF8' ? '' : ` encoding ${quoteLiteral(encoding)} locale 'C'`;
    await session.query(`create database ${quoteIdent(scratchDatabase)} template template0${locale}`);
  });
}

async function dumpFromGiven(
  options: CustomExport & { scratch: Connection; dumps: readonly NativePgDump[] },
): Promise<{ leftOut: { object: string; reason: string }[] }> {
  const { scratch, manifest } = options;
  const { before, major } = await withSession(scratch, async (session) => {
    const server = await readServerInfo(session);
    const content = await describeContent(session, server);
    if (content === undefined) return { before: await readEmptyState(session), major: server.major };
    throw new RefusedError(`The scratch database of connection ${scratch.name} is not empty: ${content}.`, {
      code: 'scratch_not_empty',
      hint: 'Name a connection to an empty database; it is empty again afterwards.',
    });
  });
  if (major < manifest.source.major) {
    throw new RefusedError(
      `The server of ${scratch.name} is PostgreSQL ${major}, the backup is of ${manifest.source.major}.`,
      {
        code: 'scratch_too_old',
        hint: 'Name a connection to a server of that major or newer.',
      },
    );
  }
  const native = requireDump(options.dumps, major);
  try {
    return await dumpFrom({ ...options, target: scratch, native });
  } finally {
    await withSession(scratch, async (session) => {
      await dropEverything(session, before);
      await clearConfigTables(session);
    });
  }
}

async function dumpFrom(
  options: CustomExport & { target: Connection; native: NativePgDump },
): Promise<{ leftOut: { object: string; reason: string }[] }> {
  const { target, native, tables, file, environment } = options;
  // All rows, whatever is wanted: foreign keys and materialized views ask for those of other tables.
  const loaded = await loadDatabase(target, options);
  // A partition is asked for by its own name: pg_dump takes them with their table only since version 16.
  const names = new Set((tables ?? []).flatMap((table) => [table, ...table.sources].map(quoteQualified)));
  const patterns = [...names].map((name) => `--table=${name}`);
  await runPgDump({ native, url: target.url, file, arguments: patterns, environment });
  return loaded;
}

function requireDump(dumps: readonly NativePgDump[], major: number): NativePgDump {
  const [chosen] = dumps.filter((dump) => dump.major >= major).sort((a, b) => a.major - b.major);
  if (chosen) return chosen;
  throw noPrograms({ major, dumps, servers: [] });
}

function noPrograms(at: {
  major: number;
  dumps: readonly NativePgDump[];
  servers: readonly { version: string }[];
}): RefusedError {
  const list = (found: readonly { version: string }[]): string =>
    found.length === 0 ? 'none' : found.map(({ version }) => version).join(', ');
  return new RefusedError(
    `The format custom needs a native pg_dump of major ${at.major} or newer, and a server that it can dump (pg_dump here: ${list(at.dumps)}; servers: ${list(at.servers)}).`,
    {
      code: 'no_native_pg_dump',
      hint: `Install PostgreSQL ${at.major} (Debian: postgresql-${at.major}), or take --format sql, which needs nothing.`,
    },
  );
}
