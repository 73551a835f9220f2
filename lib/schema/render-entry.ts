import { quoteIdent, quoteQualified } from '#lib/postgres/quote.ts';
import { planOwnerStatement } from './plan-owner-statement.ts';
import type { SchemaEntry } from './schema-entry.ts';

const partitionedTable = 'p';

/**
 * An entry's whole SQL: its definition with what pg_restore puts around it (pg_backup_archiver.c, _printTocEntry), empty
 * where there is nothing to run. It leaves the session as `restoreSessionSettings` made it, so entries can run in any
 * session and any transaction.
 */
export function renderEntry(entry: SchemaEntry, options: { owners: boolean; tablespaces: boolean }): string {
  const { definition, tablespace, accessMethod, relkind } = entry;
  const method = accessMethod === 'heap' ? null : accessMethod;
  const before: string[] = [];
  const after: string[] = [];
  if (options.tablespaces && tablespace) {
    before.push(`SET default_tablespace = ${quoteIdent(tablespace)};`);
    after.push(`SET default_tablespace = '';`);
  }
  if (method !== null && relkind === partitionedTable) {
    const table = quoteQualified({ schema: entry.schema ?? '', name: entry.name });
    after.push(`ALTER TABLE ${table} SET ACCESS METHOD ${quoteIdent(method)};`);
  } else if (method !== null) {
    before.push(`SET default_table_access_method = ${quoteIdent(method)};`);
    after.push('SET default_table_access_method = heap;');
  }
  const owner = options.owners ? planOwnerStatement(entry) : undefined;
  const body = isOnlyComment(definition) ? '' : definition.trim();
  if (body === '') return owner ?? '';
  return [...before, body, ...after, ...(owner === undefined ? [] : [owner])].join('\n');
}

/** The schema `public` exists in every database: its definition says just that, in a comment. */
function isOnlyComment(definition: string): boolean {
  return definition.split('\n').every((line) => line.trim() === '' || line.startsWith('--'));
}
