import {
  insideParentheses,
  isName,
  isToken,
  readQualifiedName,
  type SqlToken,
  splitAtCommas,
  tokenizeSql,
} from './sql-tokens.ts';

/** A column as a definition spells it: type and collation are SQL, as the server printed them. */
export interface ColumnDefinition {
  name: string;
  type: string;
  collation: string | null;
}

/** A name with its schema. */
export interface QualifiedName {
  schema: string;
  name: string;
}

/** What a `CREATE TABLE` says of columns: its own, and where the others come from. */
export interface TableDefinition {
  columns: ColumnDefinition[];
  /** The composite type of a typed table. */
  of: QualifiedName | null;
  inherits: QualifiedName[];
}

/**
 * Reads what pg_dump wrote of a table (pg_dump.c, dumpTableSchema). It is the server's own canonical text: names are
 * quoted where they must be, keywords are in capitals, types as `format_type` prints them. `undefined` where the text
 * is anything else: nothing is guessed.
 */
export function parseTableDefinition(definition: string): TableDefinition | undefined {
  const tokens = tokenizeSql(definition);
  let at = isToken(tokens[1], 'UNLOGGED') ? 2 : 1;
  if (!isToken(tokens[0], 'CREATE') || !isToken(tokens[at], 'TABLE')) return undefined;
  const table = readQualifiedName(tokens, at + 1);
  if (table === undefined) return undefined;
  at = table.next;
  let of: QualifiedName | null = null;
  if (isToken(tokens[at], 'OF')) {
    const type = readQualifiedName(tokens, at + 1);
    if (type === undefined) return undefined;
    of = { schema: type.schema, name: type.name };
    at = type.next;
  }
  const body = insideParentheses(tokens, at);
  // A typed table without options of its own has no list.
  if (body === undefined && of === null) return undefined;
  if (body !== undefined) at += body.length + 2;
  const columns = of === null ? readColumns(definition, body ?? []) : [];
  const inherits = isToken(tokens[at], 'INHERITS') ? readParents(tokens, at + 1) : [];
  return columns && inherits ? { columns, of, inherits } : undefined;
}

/** Reads the attributes of `CREATE TYPE ... AS (...)`; `undefined` for any other type. */
export function parseCompositeType(definition: string): ColumnDefinition[] | undefined {
  const tokens = tokenizeSql(definition);
  if (!isToken(tokens[0], 'CREATE') || !isToken(tokens[1], 'TYPE')) return undefined;
  const type = readQualifiedName(tokens, 2);
  if (type === undefined || !isToken(tokens[type.next], 'AS')) return undefined;
  const body = insideParentheses(tokens, type.next + 1);
  return body && readColumns(definition, body);
}

function readParents(tokens: readonly SqlToken[], open: number): QualifiedName[] | undefined {
  const parents = splitAtCommas(insideParentheses(tokens, open) ?? []).map((part) => readQualifiedName(part, 0));
  if (parents.length === 0 || parents.includes(undefined)) return undefined;
  return parents.flatMap((parent) => (parent ? [{ schema: parent.schema, name: parent.name }] : []));
}

function readColumns(sql: string, body: readonly SqlToken[]): ColumnDefinition[] | undefined {
  const columns = splitAtCommas(body)
    // Table constraints begin with a keyword: CONSTRAINT, or NOT NULL of an inherited column.
    .filter(([first]) => !isKeyword(first))
    .map((element) => readColumn(sql, element));
  return columns.includes(undefined) ? undefined : columns.flatMap((column) => (column ? [column] : []));
}

/** `name type [COLLATE c] [DEFAULT ... | GENERATED ...] [NOT NULL]`, in which pg_dump has changed the order over time. */
function readColumn(sql: string, element: readonly SqlToken[]): ColumnDefinition | undefined {
  const [name, ...rest] = element;
  const typeEnd = findKeyword(rest, 0);
  const type = textOf(sql, rest.slice(0, typeEnd));
  if (!isName(name) || type === '') return undefined;
  let collation: string | null = null;
  for (let at = typeEnd; at < rest.length; at = findKeyword(rest, at + 1)) {
    if (!isToken(rest[at], 'COLLATE')) continue;
    const named = readQualifiedName(rest, at + 1);
    if (named === undefined) return undefined;
    collation = textOf(sql, rest.slice(at + 1, named.next));
  }
  return { name: name.value, type, collation };
}

/** Where the next clause begins: a word in capitals outside of parentheses that is no part of a name. */
function findKeyword(tokens: readonly SqlToken[], from: number): number {
  let depth = 0;
  for (const [index, token] of tokens.entries()) {
    if (token.kind === 'symbol' && '(['.includes(token.value)) depth++;
    if (token.kind === 'symbol' && ')]'.includes(token.value)) depth--;
    if (index >= from && depth === 0 && isKeyword(token) && !isToken(tokens[index - 1], '.')) return index;
  }
  return tokens.length;
}

function isKeyword(token: SqlToken | undefined): boolean {
  return token?.kind === 'word' && /^[A-Z]+$/.test(token.value);
}

function textOf(sql: string, tokens: readonly SqlToken[]): string {
  const [first] = tokens;
  const last = tokens.at(-1);
  return first && last ? sql.slice(first.start, last.end) : '';
}
