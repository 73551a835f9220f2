import { quoteQualified } from '#lib/postgres/quote.ts';
import type { SchemaEntry } from '#lib/schema/schema-entry.ts';
import { insideParentheses, isName, isToken, readQualifiedName, splitAtCommas, tokenizeSql } from './sql-tokens.ts';
import type { QualifiedName } from './table-definition.ts';

/** A primary key or unique constraint of a table. */
export interface TableKey {
  name: string;
  primary: boolean;
  /** Every column it names, `INCLUDE`d ones too. */
  columns: string[];
  /** The columns that tell rows apart; `null` where the last of them must only not overlap. */
  keyColumns: string[] | null;
  /** The constraint as SQL, without its name: `PRIMARY KEY (id)`. */
  sql: string;
}

/** The primary key and the unique constraints of a table, in the backup's order. Pure. */
export function findKeys(entries: readonly SchemaEntry[], { schema, name }: QualifiedName): TableKey[] {
  return entries.flatMap((entry) => {
    // Its name begins with the table's; that of another table may begin so too, and the definition decides.
    if (entry.type !== 'CONSTRAINT' || entry.schema !== schema || !entry.name.startsWith(`${name} `)) return [];
    const key = parseKey(entry.definition);
    return key && key.table.schema === schema && key.table.name === name ? [key.key] : [];
  });
}

/** Makes the same key on another table; the server chooses a name that is free there. Pure. */
export function addKeySql(table: QualifiedName, key: TableKey): string {
  return `alter table ${quoteQualified(table)} add ${key.sql}`;
}

/**
 * `ALTER TABLE ONLY t ADD CONSTRAINT c PRIMARY KEY | UNIQUE [NULLS NOT DISTINCT] (columns) [INCLUDE (columns)] ...;`
 * (pg_dump.c, dumpConstraint); other statements may follow. `undefined` for any other constraint.
 */
function parseKey(definition: string): { table: QualifiedName; key: TableKey } | undefined {
  const tokens = tokenizeSql(definition);
  const table = readQualifiedName(tokens, isToken(tokens[2], 'ONLY') ? 3 : 2);
  if (table === undefined || !isToken(tokens[table.next], 'ADD') || !isToken(tokens[table.next + 1], 'CONSTRAINT')) {
    return undefined;
  }
  const name = tokens[table.next + 2];
  const kind = tokens[table.next + 3];
  const primary = isToken(kind, 'PRIMARY');
  if (!isName(name) || kind === undefined || !(primary || isToken(kind, 'UNIQUE'))) return undefined;
  const open = tokens.findIndex((token, at) => at > table.next + 3 && isToken(token, '('));
  const body = insideParentheses(tokens, open);
  const end = tokens.findIndex((token, at) => at > open && isToken(token, ';'));
  const last = end === -1 ? tokens.at(-1) : tokens[end - 1];
  if (body === undefined || last === undefined) return undefined;
  const afterBody = open + body.length + 2;
  const included = isToken(tokens[afterBody], 'INCLUDE') ? (insideParentheses(tokens, afterBody + 1) ?? []) : [];
  const elements = splitAtCommas(body);
  const names = [...elements, ...splitAtCommas(included)].flatMap(([first]) => (isName(first) ? [first.value] : []));
  const overlaps = elements.some((element) => element.some((token) => isToken(token, 'OVERLAPS')));
  const key = {
    name: name.value,
    primary,
    columns: names,
    keyColumns: overlaps ? null : names.slice(0, elements.length),
    sql: definition.slice(kind.start, last.end),
  };
  return { table: { schema: table.schema, name: table.name }, key };
}
