import type { Manifest } from '#lib/manifest/manifest.ts';
import { sqlstateOf } from '#lib/postgres/classify-error.ts';
import { quoteIdent } from '#lib/postgres/quote.ts';
import type { Session } from '#lib/postgres/session.ts';
import { describeTable } from '#lib/recovery/choice/choose-tables.ts';
import { readQualifiedName, tokenizeSql } from '#lib/recovery/definition/sql-tokens.ts';
import type { QualifiedName } from '#lib/recovery/definition/table-definition.ts';
import type { Check } from '#lib/report/check.ts';
import type { SchemaEntry } from '#lib/schema/schema-entry.ts';
import type { SideTable } from './recovery-plan.ts';

interface Backup {
  manifest: Manifest;
  entries: readonly SchemaEntry[];
}

/** A type or collation that side tables need, and the first column that does. */
interface Need {
  kind: 'type' | 'collation';
  /** As SQL. */
  text: string;
  column: string;
}

/**
 * Looks whether the live database has the types and collations of the tables: a side table is made of the live ones, as
 * nothing of the live schemas is made anew. One failed check for each that is missing. Reads only.
 */
export async function checkTypes(session: Session, tables: readonly SideTable[], backup: Backup): Promise<Check[]> {
  const checks: Check[] = [];
  for (const need of listNeeds(tables)) {
    const missing = await findMissing(session, need);
    if (missing !== undefined) checks.push(await explainMissing(session, { need, missing, backup }));
  }
  if (checks.length > 0) return checks;
  return [{ name: 'types', object: 'types of the tables', passed: true, detail: 'all there', hint: '' }];
}

function listNeeds(tables: readonly SideTable[]): Need[] {
  const needs = new Map<string, Need>();
  for (const table of tables) {
    for (const { name, type, collation } of table.columns) {
      const column = `column ${quoteIdent(name)} of ${describeTable(table)}`;
      const all: Need[] = [{ kind: 'type', text: type, column }];
      if (collation !== null) all.push({ kind: 'collation', text: collation, column });
      for (const need of all) {
        const key = `${need.kind} ${need.text}`;
        if (!needs.has(key)) needs.set(key, need);
      }
    }
  }
  return [...needs.values()];
}

type Missing = 'missing' | 'not allowed';

async function findMissing(session: Session, { kind, text }: Need): Promise<Missing | undefined> {
  try {
    const answer = await session.query<{ found: string | null; usable: string | null }>(
      kind === 'collation'
        ? 'select pg_catalog.to_regcollation($1)::oid as found, true as usable'
        : `select t.oid as found, pg_catalog.has_type_privilege(t.oid, 'usage') as usable
           from (select pg_catalog.to_regtype($1)::oid as oid) t`,
      [text],
    );
    const row = answer.rows[0];
    if (row?.found === null || row?.found === undefined) return 'missing';
    return row.usable === 'f' ? 'not allowed' : undefined;
  } catch (cause) {
    const sqlstate = sqlstateOf(cause);
    // 42501: the schema of the type may not be used. 42601, 42704: what this server does not know (all before 16).
    if (sqlstate === '42501') return 'not allowed';
    if (sqlstate === '42601' || sqlstate === '42704') return 'missing';
    throw cause;
  }
}

async function explainMissing(
  session: Session,
  { need, missing, backup }: { need: Need; missing: Missing; backup: Backup },
): Promise<Check> {
  const { kind, text, column } = need;
  const check = { name: 'types', object: `${kind} ${text}`, passed: false };
  if (missing === 'not allowed') {
    const hint = `grant usage on the ${kind} and its schema to the role of the connection, or recover as another role.`;
    return { ...check, detail: `the connection's role may not use it, and ${column} needs it`, hint };
  }
  const detail = `the live database does not have it, and ${column} needs it`;
  const named = readQualifiedName(tokenizeSql(text), 0);
  if (named === undefined) return { ...check, detail, hint: 'Restore the whole backup into a newer server.' };
  const elsewhere = await findElsewhere(session, named);
  if (elsewhere !== undefined) {
    const { schema, extension } = elsewhere;
    const hint =
      extension === null
        ? `Move it back first (alter type ... set schema ${quoteIdent(named.schema)}), or restore the whole backup into a database of its own.`
        : `Put the extension where it was (alter extension ${quoteIdent(extension)} set schema ${quoteIdent(named.schema)}), or restore the whole backup into a database of its own.`;
    const told = extension === null ? '' : ` of the extension ${extension}`;
    return { ...check, detail: `${detail}; it has ${named.name}${told} in the schema ${schema}`, hint };
  }
  return { ...check, detail, hint: explainHowToMake(named, backup) };
}

/** A type of the same name in another schema, and the extension it belongs to. */
async function findElsewhere(
  session: Session,
  { name }: QualifiedName,
): Promise<{ schema: string; extension: string | null } | undefined> {
  const answer = await session.query<{ schema: string; extension: string | null }>(
    `select n.nspname as schema, e.extname as extension
     from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace
       left join pg_catalog.pg_depend d
         on d.classid = 'pg_catalog.pg_type'::regclass and d.objid = t.oid and d.deptype = 'e' -- members of an extension
       left join pg_catalog.pg_extension e on e.oid = d.refobjid
     where t.typname = $1 order by e.extname is null, 1 limit 1`,
    [name],
  );
  return answer.rows[0];
}

function explainHowToMake(named: QualifiedName, { manifest, entries }: Backup): string {
  const types = ['TYPE', 'DOMAIN', 'COLLATION', 'TABLE'];
  const entry = entries.find(
    ({ type, schema, name }) => types.includes(type) && schema === named.schema && name === named.name,
  );
  if (entry && entry.type !== 'TABLE') {
    return `Make it first, as the backup has it: ${entry.definition.trim().replaceAll(/\s+/g, ' ')}`;
  }
  const extensions = manifest.extensions.filter(({ schema }) => schema === named.schema).map(({ name }) => name);
  if (entry === undefined && extensions.length > 0) {
    return `The backup's extensions in the schema ${named.schema} are ${extensions.join(', ')}: create the one it belongs to there first.`;
  }
  return 'Restore the whole backup into a database of its own: `holdfast restore BACKUP --to NAME`.';
}
