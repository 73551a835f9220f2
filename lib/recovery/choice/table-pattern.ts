import { UsageError } from '#lib/errors/usage-error.ts';
import type { QualifiedName } from '#lib/recovery/definition/table-definition.ts';
import { compileGlob, type GlobPart } from './match-glob.ts';

/** A pattern of table names, as a person gave it. */
export interface TablePattern {
  text: string;
  /** Matches names as they are written, capitals included. */
  asWritten: (table: QualifiedName) => boolean;
  /** Matches names as SQL reads them: what is not in quotes is in small letters. */
  folded: (table: QualifiedName) => boolean;
}

/** One name of a pattern. */
interface NamePattern {
  asWritten: GlobPart[];
  folded: GlobPart[];
}

/** Two names, each of 63 quotes that are doubled, need 257; a request must not keep a server at matching for long. */
export const longestPattern = 300;
export const mostPatterns = 1_000;

const anyName: NamePattern = { asWritten: ['any'], folded: ['any'] };

/** Parses all patterns of a request. @throws UsageError as `parseTablePattern`, and where they are too many or too long. */
export function parseTablePatterns(texts: readonly string[]): TablePattern[] {
  const long = texts.find((text) => text.length > longestPattern);
  if (texts.length <= mostPatterns && long === undefined) return texts.map(parseTablePattern);
  const message =
    long === undefined
      ? `${texts.length} table patterns are more than ${mostPatterns}.`
      : `A table pattern has ${long.length} characters, and at most ${longestPattern} are taken.`;
  throw new UsageError(message, { code: 'bad_pattern', hint: 'Name many tables by one pattern: SCHEMA.* or NAME_*.' });
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
  if (name === undefined || names.length > 2 || names.some(({ asWritten }) => asWritten.length === 0)) {
    const hint =
      'Write TABLE or SCHEMA.TABLE; put a name with a dot in double quotes, and those in single ones for the shell.';
    throw new UsageError(`The table pattern ${text} does not name a table.`, { code: 'bad_pattern', hint });
  }
  const matcher = (which: keyof NamePattern): TablePattern['asWritten'] => {
    const [isSchema, isName] = [compileGlob((schema ?? anyName)[which]), compileGlob(name[which])];
    return (table) => isName(table.name) && isSchema(table.schema);
  };
  return { text, asWritten: matcher('asWritten'), folded: matcher('folded') };
}

/** The tables that match as the pattern is written; where none does, those that match as SQL reads it. Pure. */
export function matchTables<T extends QualifiedName>(pattern: TablePattern, tables: readonly T[]): T[] {
  const found = tables.filter(pattern.asWritten);
  return found.length > 0 ? found : tables.filter(pattern.folded);
}

function splitNames(text: string): NamePattern[] {
  const names: NamePattern[] = [{ asWritten: [], folded: [] }];
  for (const [part] of text.matchAll(/"(?:[^"]|"")*"|./gsu)) {
    const name = names.at(-1);
    if (name === undefined || part === '"') break;
    if (part === '.') {
      names.push({ asWritten: [], folded: [] });
    } else {
      name.asWritten.push(...readPart(part, (literal) => literal));
      name.folded.push(...readPart(part, (literal) => literal.toLowerCase()));
    }
  }
  const unclosed = text.replaceAll(/"(?:[^"]|"")*"/g, '').includes('"');
  return unclosed ? [] : names;
}

/** `fold` is for what is not in quotes. */
function readPart(part: string, fold: (literal: string) => string): GlobPart[] {
  if (part === '*') return ['any'];
  if (part === '?') return ['one'];
  const literal = part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : fold(part);
  return Array.from(literal, (character) => ({ character }));
}
