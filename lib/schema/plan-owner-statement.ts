import { quoteIdent, quoteQualified } from '#lib/postgres/quote.ts';
import type { SchemaEntry } from './schema-entry.ts';

/** Types whose owner is changed by type and name. */
const byName: ReadonlySet<string> = new Set([
  ...['COLLATION', 'CONVERSION', 'DOMAIN', 'FOREIGN TABLE', 'MATERIALIZED VIEW', 'SEQUENCE', 'STATISTICS', 'TABLE'],
  ...['TEXT SEARCH DICTIONARY', 'TEXT SEARCH CONFIGURATION', 'TYPE', 'VIEW', 'PROCEDURAL LANGUAGE', 'SCHEMA'],
  ...['EVENT TRIGGER', 'FOREIGN DATA WRAPPER', 'SERVER', 'PUBLICATION', 'SUBSCRIPTION'],
]);

/** Types whose arguments are part of the name; the drop statement spells them out. */
const byDropStatement: ReadonlySet<string> = new Set([
  ...['AGGREGATE', 'FUNCTION', 'PROCEDURE', 'OPERATOR', 'OPERATOR CLASS', 'OPERATOR FAMILY'],
]);

/**
 * The `alter ... owner to` that pg_restore makes of an entry's owner (pg_backup_archiver.c, _printTocEntry and
 * _getObjectDescription), or undefined where the object has no owner of its own: one without a drop statement, or of
 * another type than the listed ones.
 */
export function planOwnerStatement(entry: SchemaEntry): string | undefined {
  const { type, schema, name, owner, drop } = entry;
  if (owner === '' || drop === '') return undefined;
  if (byName.has(type)) {
    const target = schema === null ? quoteIdent(name) : quoteQualified({ schema, name });
    return `ALTER ${type} ${target} OWNER TO ${quoteIdent(owner)};`;
  }
  if (byDropStatement.has(type)) {
    const target = drop.replace(/^DROP /, '').replace(/[;\n]+$/, '');
    return `ALTER ${target} OWNER TO ${quoteIdent(owner)};`;
  }
  return undefined;
}
