import type { Manifest } from '#lib/manifest/manifest.ts';
import { quoteIdent } from '#lib/postgres/quote.ts';
import type { ServerInfo } from '#lib/postgres/server-info.ts';
import type { Session } from '#lib/postgres/session.ts';
import type { Check } from '#lib/report/check.ts';
import type { SchemaEntry } from '#lib/schema/schema-entry.ts';
import { checkCollations } from './check-collations.ts';
import { checkSuperuserObjects } from './check-superuser-objects.ts';

/** What the restoring role must be allowed to do, before it finds out half-way. */
export async function checkTargetRights(
  session: Session,
  about: {
    server: ServerInfo;
    manifest: Manifest;
    entries: readonly SchemaEntry[];
    /** The copy is built in a new database of the same server and role. */
    beside: boolean;
  },
): Promise<Check[]> {
  return [
    ...(about.beside ? [] : [await checkCreate(session, about.server)]),
    ...(await checkExtensions(session, about)),
    await checkForcedRowSecurity(session, about),
    ...(await checkCollations(session, about.entries)),
    ...checkSuperuserObjects(about.entries, about.server),
  ];
}

async function checkCreate(session: Session, { database, role }: ServerInfo): Promise<Check> {
  const answer = await session.query<{ schemas: string; public: string }>(`
    select pg_catalog.has_database_privilege(pg_catalog.current_database(), 'create') as schemas,
      not exists (select from pg_catalog.pg_namespace
        where nspname = 'public' and not pg_catalog.has_schema_privilege(oid, 'create')) as public`);
  const row = answer.rows[0];
  const missing = row?.schemas !== 't' ? 'schemas' : row?.public !== 't' ? 'anything in the schema public' : undefined;
  const grant = missing === 'schemas' ? `database ${quoteIdent(database)}` : 'schema public';
  return {
    name: 'right to create',
    object: `database ${database}`,
    passed: missing === undefined,
    detail: missing === undefined ? `role ${role} may create` : `role ${role} may not create ${missing}`,
    hint: `grant create on ${grant} to ${quoteIdent(role)}, or restore as the owner of the database.`,
  };
}

async function checkExtensions(
  session: Session,
  { server, manifest, beside }: { server: ServerInfo; manifest: Manifest; beside: boolean },
): Promise<Check[]> {
  const answer = await session.query<{ name: string; schema: string | null; makeable: string }>(`
    select x.name, (select n.nspname from pg_catalog.pg_extension e
        join pg_catalog.pg_namespace n on n.oid = e.extnamespace where e.extname = x.name) as schema,
      coalesce((select not v.superuser or v.trusted from pg_catalog.pg_available_extension_versions v
        where v.name = x.name and v.version = x.default_version), true) as makeable
    from pg_catalog.pg_available_extensions x`);
  // What the live database has installed says nothing of a new one.
  const rows = beside ? answer.rows.map((row) => ({ ...row, schema: null })) : answer.rows;
  const available = new Map(rows.map((row) => [row.name, row]));
  return manifest.extensions.map(({ name, version, schema }): Check => {
    const check = { name: 'extension', object: `extension ${name}` };
    const there = available.get(name);
    if (there === undefined) {
      const hint =
        'Install the extension’s package on the target server (on Neon: see its list of extensions), or drop it in the source if it is not used.';
      return { ...check, passed: false, detail: `the target server does not have ${name}`, hint };
    }
    if (there.schema !== null && there.schema !== schema) {
      const detail = `${name} is in the schema ${there.schema} of the target, and in ${schema} of the source`;
      const hint = `Run in the target database: drop extension ${quoteIdent(name)}; the restore makes it where it was.`;
      return { ...check, passed: false, detail, hint };
    }
    if (there.schema === null && there.makeable !== 't' && !server.superuser) {
      const hint = `Let a superuser run: create extension ${quoteIdent(name)}; in the target database first.`;
      return { ...check, passed: false, detail: `only a superuser can create ${name} on the target server`, hint };
    }
    return { ...check, passed: true, detail: `available (${version} in the source)`, hint: '' };
  });
}

/** Who restores is the owner of what has no owner of its own on the target, and FORCE hides rows from owners too. */
async function checkForcedRowSecurity(
  session: Session,
  { server, entries }: { server: ServerInfo; entries: readonly SchemaEntry[] },
): Promise<Check> {
  const enabled = new Set(entries.filter(({ type }) => type === 'ROW SECURITY').map(tableName));
  const forced = entries.filter(
    (entry) =>
      entry.type === 'TABLE' && enabled.has(tableName(entry)) && /FORCE ROW LEVEL SECURITY;/.test(entry.definition),
  );
  const answer = await session.query<{ bypass: string }>(
    'select rolbypassrls or rolsuper as bypass from pg_catalog.pg_roles where rolname = current_user',
  );
  const [first] = forced;
  const passed = first === undefined || answer.rows[0]?.bypass === 't';
  return {
    name: 'row security',
    object: passed ? 'tables that force it' : `table ${first ? tableName(first) : ''}`,
    passed,
    detail: passed
      ? 'hides nothing from the restoring role'
      : `row security is forced on it and would hide the copy's rows from role ${server.role}, so that nothing could be proven`,
    hint: `alter role ${quoteIdent(server.role)} bypassrls, or restore as a role that has it.`,
  };
}

function tableName({ schema, name }: SchemaEntry): string {
  return `${schema ?? ''}.${name}`;
}
