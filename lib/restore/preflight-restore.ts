import type { Connection } from '#lib/config/config.ts';
import type { Manifest } from '#lib/manifest/manifest.ts';
import { withSession } from '#lib/postgres/connect.ts';
import { detectTransactionPooler } from '#lib/postgres/detect-pooler.ts';
import { maskUrl } from '#lib/postgres/mask-url.ts';
import { quoteIdent } from '#lib/postgres/quote.ts';
import { requireReachable } from '#lib/postgres/require-reachable.ts';
import { readServerInfo, type ServerInfo } from '#lib/postgres/server-info.ts';
import type { Check } from '#lib/report/check.ts';
import { planLanes } from '#lib/report/plan-lanes.ts';
import { listRoles } from '#lib/schema/list-roles.ts';
import type { SchemaEntry } from '#lib/schema/schema-entry.ts';
import { checkEmpty } from './check-empty.ts';
import { checkTargetRights } from './check-target-rights.ts';
import { readEmptyState } from './empty-target.ts';
import type { EmptyState } from './restore-state.ts';

export interface RestorePreflight {
  checks: Check[];
  server: ServerInfo;
  /** As many as asked for, or as the server has connections for. */
  lanes: number;
  /** Why they are fewer; `null` where they are not. */
  lanesNote: string | null;
  /** What to come back to when the restore fails. */
  before: EmptyState;
  /** Roles of the target that the restoring role may hand objects to. */
  grantableRoles: string[];
  roles: string[];
}

/**
 * Holds the target against the manifest before anything is changed. Reads only: safe to run twice.
 * @throws RefusedError (out of reach, login).
 */
export async function preflightRestore(
  target: Connection,
  options: {
    manifest: Manifest;
    entries: readonly SchemaEntry[];
    lanes: number;
    runId: string;
    /** The target's name as the person gave it once more. */
    confirm: string | undefined;
    /** What the target holds now: nothing, what a safety backup will hold, or what stays while the copy is built beside. */
    content: 'none' | 'replaced' | 'beside';
  },
): Promise<RestorePreflight> {
  await requireReachable(target);
  const pooled = await detectTransactionPooler(target);
  return withSession(target, async (session) => {
    const server = await readServerInfo(session);
    const { manifest } = options;
    const { lanes, note: lanesNote, check: connections } = planLanes(server, options.lanes);
    const checks = [
      checkProtection(target, options.confirm),
      checkPooler(target, { pooled }),
      checkNotSource(target, { server, manifest, confirm: options.confirm }),
      checkVersion(server, manifest),
      checkEncoding(server, manifest),
      connections,
      ...(options.content === 'none' ? [await checkEmpty(session, { target, server, runId: options.runId })] : []),
      ...(await checkTargetRights(session, { ...options, server, beside: options.content === 'beside' })),
    ];
    const roles = await session.query<{ name: string; grantable: string }>(
      // What ALTER ... OWNER TO asks for; a superuser may do it with all.
      `select rolname as name, pg_catalog.pg_has_role(oid, '${server.major >= 16 ? 'set' : 'member'}') as grantable
       from pg_catalog.pg_roles`,
    );
    const names = roles.rows.map(({ name }) => name);
    return {
      checks: [...checks, checkRoles(options.entries, names)],
      server,
      lanes,
      lanesNote,
      before: await readEmptyState(session),
      roles: names,
      grantableRoles: roles.rows.filter(({ grantable }) => grantable === 't').map(({ name }) => name),
    };
  });
}

export function checkProtection(target: Connection, confirm: string | undefined): Check {
  return {
    name: 'protection',
    object: `connection ${target.name}`,
    passed: !target.protected || confirm === target.name,
    detail: target.protected ? 'it is protected' : 'it is not protected',
    hint: `If the restore is really meant to go there: --yes-replace ${target.name}, or "confirm": "${target.name}" in the event.`,
  };
}

export function checkPooler(target: Connection, { pooled }: { pooled: boolean }): Check {
  return {
    name: 'direct endpoint',
    object: `connection ${target.name}`,
    passed: !pooled,
    detail: pooled ? `${maskUrl(target.url)} is a pooler in transaction mode` : 'direct',
    hint: 'Give the URL of the server itself (on Neon: the host without -pooler).',
  };
}

/** By identity on the server: two URLs may lead to one database, and one URL to another database than last week. */
function checkNotSource(
  target: Connection,
  { server, manifest, confirm }: { server: ServerInfo; manifest: Manifest; confirm: string | undefined },
): Check {
  const { source } = manifest;
  const same = server.systemIdentifier !== null && server.systemIdentifier === source.systemIdentifier;
  const isSource = same && server.databaseOid === source.databaseOid;
  return {
    name: 'not the source',
    object: `connection ${target.name}`,
    passed: !isSource || confirm === target.name,
    detail: isSource ? `database ${server.database} is the one this backup was taken from` : 'another database',
    hint: `To go back to this backup in the very database it was taken from: --yes-replace ${target.name}. Else give another target connection.`,
  };
}

function checkVersion(server: ServerInfo, { source }: Manifest): Check {
  const lower = server.major < source.major;
  return {
    name: 'server version',
    object: `server ${server.version}`,
    // PostgreSQL promises nothing for the way down, and most schemas load all the same: a statement that does not is the error.
    passed: true,
    detail: `PostgreSQL ${source.version} -> ${server.version}${lower ? ' (a lower major version: what it does not know will not load)' : ''}`,
    hint: '',
  };
}

export function checkEncoding(server: ServerInfo, { source }: Manifest): Check {
  const passed = server.encoding === source.encoding || server.encoding === 'UTF8';
  const collation =
    server.collation === source.collation ? '' : `; collation ${source.collation} -> ${server.collation}`;
  return {
    name: 'encoding',
    object: `database ${server.database}`,
    passed,
    detail: `${source.encoding} -> ${server.encoding}${collation}`,
    hint: `create database ... template template0 encoding '${source.encoding}'.`,
  };
}

/** A grant can be left out; a policy without its role would protect other rows than it did. */
function checkRoles(entries: readonly SchemaEntry[], roles: readonly string[]): Check {
  const missing = listRoles(entries).others.filter((role) => !roles.includes(role));
  return {
    name: 'roles',
    object: missing.length > 0 ? `role ${missing[0]}` : 'roles of policies',
    passed: missing.length === 0,
    detail: missing.length > 0 ? `policies or user mappings name it, and the target does not have it` : 'all there',
    hint: `Create what is missing on the target first: create role ${missing.map(quoteIdent).join('; create role ')};`,
  };
}
