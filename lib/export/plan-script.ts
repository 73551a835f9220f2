import type { Manifest, ManifestTable } from '#lib/manifest/manifest.ts';
import { quoteLiteral, quoteQualified } from '#lib/postgres/quote.ts';
import { planRestore } from '#lib/restore/plan-restore.ts';
import { copyInSql } from '#lib/restore/plan-rows.ts';
import { rolesOfLargeObjects } from '#lib/restore/stage-large-objects.ts';
import { listRoles } from '#lib/schema/list-roles.ts';
import type { SchemaEntry } from '#lib/schema/schema-entry.ts';
import { scriptHead } from './script-head.ts';
import type { ScriptPart } from './script-part.ts';

export interface ScriptOptions {
  /** Give objects to the roles they belonged to. */
  owners: boolean;
  /** Make the grants. */
  privileges: boolean;
}

/** A whole backup as a script for psql: schema, large objects, rows, indexes and keys, sequences, matviews. Pure. */
export function planScript(
  { manifest, entries }: { manifest: Manifest; entries: readonly SchemaEntry[] },
  options: ScriptOptions,
): { parts: ScriptPart[]; leftOut: { object: string; reason: string }[] } {
  const { owners, grantees, others } = listRoles(entries);
  const ofObjects = rolesOfLargeObjects(manifest.largeObjects);
  const plan = planRestore({
    manifest,
    entries,
    lanes: 1,
    roles: options.privileges ? [...owners, ...grantees, ...others, ...ofObjects.owners, ...ofObjects.grantees] : [],
    grantableRoles: options.owners ? [...owners, ...grantees, ...ofObjects.owners] : [],
    superuser: true,
  });
  const roles = new Set([
    ...(options.owners ? [...owners, ...ofObjects.owners] : []),
    ...(options.privileges ? [...grantees, ...ofObjects.grantees] : []),
    ...others,
  ]);
  // Matviews are refreshed by statements of their own below: `set local` means nothing outside of a transaction.
  const waves = plan.waves
    .filter(({ name }) => name !== 'matviews' && name !== 'analyze')
    .flatMap(({ lanes }) => lanes);
  const analyses = plan.waves.filter(({ name }) => name === 'analyze').flatMap(({ lanes }) => lanes);
  const sql = (texts: readonly string[]): ScriptPart[] => [{ kind: 'sql', text: texts.map(terminate).join('') }];
  const parts: ScriptPart[] = [
    { kind: 'sql', text: scriptHead(manifest, { roles: [...roles].sort(), leftOut: plan.leftOut }) },
    ...sql(plan.preData.map((statement) => statement.sql)),
    ...manifest.tables.filter(({ chunks }) => chunks.length > 0).flatMap(planRowsPart),
    ...sql(waves.flat(2).map((statement) => statement.sql)),
    ...sql(refreshStatements(manifest)),
    ...sql(analyses.flat(2).map((statement) => statement.sql)),
    ...sql(plan.last.map((statement) => statement.sql)),
  ];
  return { parts: parts.filter((part) => part.kind === 'rows' || part.text !== ''), leftOut: plan.leftOut };
}

/** The rows of a table; large objects go through a table of the session, chunk by chunk, so that it stays small. */
export function planRowsPart(table: ManifestTable): ScriptPart[] {
  if (table.kind !== 'large-objects') {
    return [{ kind: 'rows', table, around: 'all', before: `${copyInSql(table)};\n`, after: '\\.\n\n' }];
  }
  const stage = 'pg_temp.holdfast_large_objects';
  return [
    { kind: 'sql', text: `create temporary table holdfast_large_objects (loid oid, start bigint, data bytea);\n` },
    {
      ...{ kind: 'rows', table, around: 'each', before: `copy ${stage} (loid, start, data) from stdin;\n` },
      after: `\\.\nselect count(pg_catalog.lo_put(loid, start, data)) from ${stage};\ntruncate ${stage};\n`,
    },
    { kind: 'sql', text: `drop table ${stage};\n` },
  ];
}

/** The refreshes, in order; what a matview shows hangs on settings that are the database's own. */
export function refreshStatements(manifest: Manifest): string[] {
  const populated = manifest.matviews.filter(({ populated }) => populated);
  if (populated.length === 0) return [];
  return [
    'set timezone to default; set datestyle to default; set intervalstyle to default',
    ...populated.map((matview) => `refresh materialized view ${quoteQualified(matview)}`),
  ];
}

/** The positions of sequences, one statement each. */
export function sequenceStatements(sequences: Manifest['sequences']): string[] {
  return sequences.map(
    (sequence) =>
      `select pg_catalog.setval(${quoteLiteral(quoteQualified(sequence))}::pg_catalog.regclass, ${sequence.lastValue}, ${sequence.isCalled})`,
  );
}

/** A statement that ends, on lines of its own. */
export function terminate(sql: string): string {
  const text = sql.trimEnd();
  return text.endsWith(';') ? `${text}\n` : `${text};\n`;
}
