import { type DatabaseDump, dumpDatabase } from './dump-database.ts';

/** How the two databases may differ, beyond what `expectEqualDatabases` itself allows for. */
export interface ComparisonOptions {
  /** More options of pg_dump for both, such as `--no-owner` or `--exclude-schema=holdfast`. */
  args?: readonly string[];
}

/**
 * Fails with a list of what differs unless the real pg_dump says the same of both databases. None of Holdfast's own
 * code takes part.
 */
export async function expectEqualDatabases(
  sourceUrl: string,
  targetUrl: string,
  options: ComparisonOptions = {},
): Promise<void> {
  const differences = await compareDatabases(sourceUrl, targetUrl, options);
  if (differences.length === 0) return;
  const shown = differences.slice(0, 25).join('\n');
  const more = differences.length > 25 ? `\n... and ${differences.length - 25} more` : '';
  throw new Error(`the databases differ in ${differences.length} places:\n${shown}${more}`);
}

/** One entry for each object, and for each row, in which two databases differ; none where they are equal. */
export async function compareDatabases(
  sourceUrl: string,
  targetUrl: string,
  options: ComparisonOptions = {},
): Promise<string[]> {
  const [source, target] = await Promise.all([sourceUrl, targetUrl].map((url) => dumpDatabase(url, options.args)));
  if (source === undefined || target === undefined) throw new Error('a dump is missing');
  const between = versionRules.filter(({ since }) => source.major < since !== target.major < since);
  const explain = (statements: string): string => between.reduce((text, rule) => rule.apply(text), statements);
  return [...compareObjects({ source, target, explain }), ...compareRows(source, target)];
}

/** What the same object says differently on both sides of a version for no fault of a copy. */
const versionRules: { since: number; apply: (statements: string) => string }[] = [
  { since: 16, apply: withoutQualifiers },
  { since: 17, apply: withoutMaintain },
  { since: 18, apply: withoutNotNullNames },
];

/**
 * Since PostgreSQL 16 the text of a view over a single table names its columns without the table (ruleutils.c). Which
 * table that is stands in the FROM clause either way, whose last name stays.
 */
function withoutQualifiers(statements: string): string {
  if (!/^CREATE (OR REPLACE |MATERIALIZED )?(VIEW|RULE) /m.test(statements)) return statements;
  return statements.replace(/(?:"(?:[^"]|"")*"|[\p{L}_][\p{L}\d_$]*)\.(?=["\p{L}_])/gu, '');
}

/**
 * PostgreSQL 17 has one more privilege on tables, MAINTAIN. Where an owner's rights were revoked before it, the dump
 * of an older server lists the seven there were, and the newer server keeps the eighth. Who was granted all of them
 * there has the eighth as well, when the pg_dump of the older server wrote GRANT ALL.
 */
function withoutMaintain(statements: string): string {
  return statements
    .replace(/^REVOKE SELECT,INSERT,REFERENCES,DELETE,TRIGGER,TRUNCATE,UPDATE ON TABLE /gm, 'REVOKE ALL ON TABLE ')
    .replace(/^GRANT SELECT,INSERT,REFERENCES,DELETE,TRIGGER,TRUNCATE,UPDATE ON TABLE /gm, 'GRANT ALL ON TABLE ')
    .replace(/^GRANT MAINTAIN ON TABLE .*;\n/gm, '');
}

/**
 * PostgreSQL 18 keeps NOT NULL constraints in the catalogue, with names (release notes of 18); before it they have
 * none. pg_dump 18 prints a name that is not `<table>_<column>_not_null`, which the server itself makes where that
 * would be too long. So between an older server and a newer one the name says nothing about the copy.
 */
function withoutNotNullNames(statements: string): string {
  return statements.replace(/ CONSTRAINT (?:"(?:[^"]|"")*"|\S+) NOT NULL/g, ' NOT NULL');
}

function compareObjects(options: {
  source: DatabaseDump;
  target: DatabaseDump;
  explain: (statements: string) => string;
}): string[] {
  const { source, target, explain } = options;
  const differences: string[] = [];
  for (const [heading, statements] of source.objects) {
    const other = target.objects.get(heading);
    if (other === undefined) differences.push(`only in the source: ${heading || 'preamble'}`);
    else if (explain(statements) !== explain(other)) {
      differences.push(`${heading || 'preamble'}:\n${showFirstDifference(explain(statements), explain(other))}`);
    }
  }
  for (const heading of target.objects.keys()) {
    if (!source.objects.has(heading)) differences.push(`only in the target: ${heading}`);
  }
  return differences;
}

function compareRows(source: DatabaseDump, target: DatabaseDump): string[] {
  const differences: string[] = [];
  for (const table of new Set([...source.rows.keys(), ...target.rows.keys()])) {
    const left = source.rows.get(table) ?? [];
    const right = target.rows.get(table) ?? [];
    for (const row of subtract(left, right)) differences.push(`${table}: only in the source: ${shorten(row)}`);
    for (const row of subtract(right, left)) differences.push(`${table}: only in the target: ${shorten(row)}`);
  }
  return differences;
}

/** What `list` holds more often than `other`. */
function subtract(list: readonly string[], other: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const item of other) counts.set(item, (counts.get(item) ?? 0) + 1);
  return list.filter((item) => {
    const count = counts.get(item) ?? 0;
    counts.set(item, count - 1);
    return count <= 0;
  });
}

function showFirstDifference(source: string, target: string): string {
  const left = source.split('\n');
  const right = target.split('\n');
  const at = left.findIndex((line, index) => line !== right[index]);
  const line = at === -1 ? left.length : at;
  return `  source: ${shorten(left[line] ?? '(end)')}\n  target: ${shorten(right[line] ?? '(end)')}`;
}

function shorten(text: string): string {
  return text.length <= 300 ? text : `${text.slice(0, 300)} ... (${text.length} characters)`;
}
