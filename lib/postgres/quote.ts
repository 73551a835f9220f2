/** A quoted identifier: always in double quotes, so that capitals, spaces and reserved words mean themselves. */
export function quoteIdent(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** `"schema"."name"`. */
export function quoteQualified(object: { schema: string; name: string }): string {
  return `${quoteIdent(object.schema)}.${quoteIdent(object.name)}`;
}

/** A string literal that means the same whatever `standard_conforming_strings` says. */
export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes('\\') ? `e${quoted.replaceAll('\\', '\\\\')}` : quoted;
}
