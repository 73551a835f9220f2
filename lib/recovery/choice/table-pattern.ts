import { UsageError } from '#lib/errors/usage-error.ts';
import type { QualifiedName } from '#lib/recovery/definition/table-definition.ts';

/** A pattern of table names, as a person gave it. */
export interface TablePattern {
  text: string;
  /** Matches names as they are written, capitals included. */
  asWritten: (table: QualifiedName) => boolean;
  /** Matches names as SQL reads them: what is not in quotes is in small letters. */
  folded: (table: QualifiedName) => boolean;
}

/** One name of a pattern, as the sources of two regular expressions. */
interface NamePattern {
  asWritten: string;
  folded: string;
  empty: boolean;
}

/**
 * Parses `orders`, `public.orders`, `shop.*`, `"Odd Name"`: `*` stands for any characters, `?` for one, a dot parts
 * schema and table, and inside of double quotes every character is itself (a quote is doubled). Without a schema a
 * pattern matches in all schemas.
 * @throws UsageError where the quotes are not closed, a name is empty, or there are more than two.
 */
export function parseTablePattern(text: string): TablePattern {
  const names = splitNames(text);
  const [first, second] = names;
  const [schema, name] = second === undefined ? [undefined, first] : [first, second];
  if (name === undefined || names.length > 2 || names.some(({ empty }) => empty)) {
    const hint =
      'Write TABLE or SCHEMA.TABLE; put a name with a dot in double quotes, and those in single ones for the shell.';
    throw new UsageError(`The table pattern ${text} does not name a table.`, { code: 'bad_pattern', hint });
  }
  const matcher = (which: 'asWritten' | 'folded'): TablePattern['asWritten'] => {
    const [schemaPattern, namePattern] = [schema?.[which] ?? '.*', name[which]].map(
      (one) => new RegExp(`^${one}$`, 'su'),
    );
    return (table) => schemaPattern?.test(table.schema) === true && namePattern?.test(table.name) === true;
  };
  return { text, asWritten: matcher('asWritten'), folded: matcher('folded') };
}

/** The tables that match as the pattern is written; where none does, those that match as SQL reads it. Pure. */
export function matchTables<T extends QualifiedName>(pattern: TablePattern, tables: readonly T[]): T[] {
  const found = tables.filter(pattern.asWritten);
  return found.length > 0 ? found : tables.filter(pattern.folded);
}

const wildcards: Readonly<Record<string, string>> = { '*': '.*', '?': '.' };

function splitNames(text: string): NamePattern[] {
  const names: NamePattern[] = [{ asWritten: '', folded: '', empty: true }];
  for (const [part] of text.matchAll(/"(?:[^"]|"")*"|./gsu)) {
    const name = names.at(-1);
    if (name === undefined || part === '"') break;
    if (part === '.') {
      names.push({ asWritten: '', folded: '', empty: true });
    } else {
      const quoted = part.startsWith('"');
      const literal = quoted ? part.slice(1, -1).replaceAll('""', '"') : part;
      const wildcard = wildcards[part];
      name.asWritten += wildcard ?? escapeRegExp(literal);
      name.folded += wildcard ?? escapeRegExp(quoted ? literal : literal.toLowerCase());
      name.empty &&= literal === '';
    }
  }
  const unclosed = text.replaceAll(/"(?:[^"]|"")*"/g, '').includes('"');
  return unclosed ? [] : names;
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
