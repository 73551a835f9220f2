/** A piece of SQL: its own text (`value`, without quotes) and where it stands in the source. */
export interface SqlToken {
  kind: 'word' | 'quoted' | 'string' | 'symbol';
  value: string;
  start: number;
  end: number;
}

const tokenPattern = new RegExp(
  [
    String.raw`(?<space>\s+)`,
    `(?<quoted>"(?:[^"]|"")*")`,
    String.raw`(?<string>[eE]'(?:[^'\\]|''|\\.)*'|'(?:[^']|'')*')`,
    String.raw`(?<word>[\p{L}_][\p{L}\p{M}\d_$]*|\d[\w.]*)`,
    `(?<symbol>.)`,
  ].join('|'),
  'gsuy',
);

/**
 * Cuts a statement of pg_dump's into words, quoted names, strings and single symbols (manual, "Lexical Structure").
 * Comments and dollar quotes do not occur in what pg_dump writes of tables, types and constraints.
 */
export function tokenizeSql(sql: string): SqlToken[] {
  return [...sql.matchAll(tokenPattern)].flatMap(({ index, 0: text, groups = {} }): SqlToken[] => {
    const at = { start: index, end: index + text.length };
    if (groups['quoted']) return [{ kind: 'quoted', value: text.slice(1, -1).replaceAll('""', '"'), ...at }];
    if (groups['string']) return [{ kind: 'string', value: text, ...at }];
    if (groups['word']) return [{ kind: 'word', value: text, ...at }];
    return groups['symbol'] ? [{ kind: 'symbol', value: text, ...at }] : [];
  });
}

/** Whether a token is this symbol, or this keyword as pg_dump writes it: in capitals, as no unquoted name is. */
export function isToken(token: SqlToken | undefined, text: string): boolean {
  return token !== undefined && token.value === text && (token.kind === 'symbol' || token.kind === 'word');
}

/** The tokens between commas that stand in no parentheses or brackets. */
export function splitAtCommas(tokens: readonly SqlToken[]): SqlToken[][] {
  const parts: SqlToken[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    depth += depthChange(token);
    if (depth === 0 && isToken(token, ',')) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts.filter(({ length }) => length > 0);
}

/** The tokens inside the parentheses that open at `open`, or `undefined` where none open there or they never close. */
export function insideParentheses(tokens: readonly SqlToken[], open: number): SqlToken[] | undefined {
  if (!isToken(tokens[open], '(')) return undefined;
  let depth = 0;
  for (const [index, token] of tokens.entries()) {
    if (index < open) continue;
    depth += depthChange(token);
    if (depth === 0) return tokens.slice(open + 1, index);
  }
  return undefined;
}

function depthChange(token: SqlToken): number {
  if (token.kind !== 'symbol') return 0;
  return '(['.includes(token.value) ? 1 : ')]'.includes(token.value) ? -1 : 0;
}

/** A name with its schema, as it begins at `at`; `next` is what follows it. */
export function readQualifiedName(
  tokens: readonly SqlToken[],
  at: number,
): { schema: string; name: string; next: number } | undefined {
  const [schema, dot, name] = tokens.slice(at, at + 3);
  if (!isName(schema) || !isToken(dot, '.') || !isName(name)) return undefined;
  return { schema: schema.value, name: name.value, next: at + 3 };
}

/** Whether a token can be a name. */
export function isName(token: SqlToken | undefined): token is SqlToken {
  return token !== undefined && (token.kind === 'quoted' || token.kind === 'word');
}
