import type { Manifest } from '#lib/manifest/manifest.ts';
import { planTableScript } from '#lib/recovery/definition/plan-table-script.ts';
import type { SchemaEntry } from '#lib/schema/schema-entry.ts';
import { describe, type ExportedTable } from './choose-exported.ts';
import { planRowsPart } from './plan-script.ts';
import { scriptHead } from './script-head.ts';
import type { ScriptPart } from './script-part.ts';

/**
 * Some tables of a backup as a script for psql: definitions, rows, then keys, indexes and what else goes with them.
 * Schemas, types and functions that they need have to be there, as with `pg_dump --table`. Pure.
 */
export function planTablesScript(
  backup: { manifest: Manifest; entries: readonly SchemaEntry[] },
  tables: readonly ExportedTable[],
): ScriptPart[] {
  const scripts = tables.map((table) => planTableScript(backup, table));
  const leftOut = [{ object: `everything but ${tables.map(describe).join(', ')}`, reason: '--table' }];
  const sql = (texts: readonly string[]): ScriptPart => ({ kind: 'sql', text: `${texts.join('\n')}\n` });
  return [
    sql([scriptHead(backup.manifest, { roles: [], leftOut })]),
    sql(scripts.map(({ create }) => create)),
    ...tables.flatMap(({ sources }) => sources.filter(({ chunks }) => chunks.length > 0).flatMap(planRowsPart)),
    sql(scripts.map(({ complete }) => complete)),
  ];
}
