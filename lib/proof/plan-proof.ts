import { z } from 'zod';
import type { RowSource } from '#lib/catalog/catalog.ts';
import { readRowSources } from '#lib/catalog/read-row-sources.ts';
import type { Manifest, ManifestTable } from '#lib/manifest/manifest.ts';
import { copyOutSql, type Piece, planLanes, planPieces } from '#lib/pieces/plan-pieces.ts';
import { quoteQualified } from '#lib/postgres/quote.ts';
import type { Session } from '#lib/postgres/session.ts';

/** `proof-plan.json`: what is read back of the copy, in which parts, by which lane. */
export const proofPlanSchema = z.strictObject({
  level: z.enum(['content', 'counts']),
  parts: z.array(z.strictObject({ table: z.int(), sql: z.string(), object: z.string() })),
  lanes: z.array(z.array(z.int())),
  /** Tables of the manifest that the copy does not have, or not with all columns: for people, what is missing. */
  missing: z.array(z.strictObject({ table: z.int(), what: z.string() })),
});
export type ProofPlan = z.infer<typeof proofPlanSchema>;

/** Plans how to read the copy's rows: in pages of its own, since a copy lies differently on disk. */
export async function planProof(
  session: Session,
  options: { manifest: Manifest; major: number; lanes: number; level: 'content' | 'counts' },
): Promise<ProofPlan> {
  const { manifest, level } = options;
  const found = await readRowSources(session, { major: options.major, excludeSchemas: [] });
  const byName = new Map(found.map((source) => [sourceKey(source), source]));
  const sources: { table: number; source: RowSource }[] = [];
  const missing: ProofPlan['missing'] = [];
  for (const [table, expected] of manifest.tables.entries()) {
    const source = expected.kind === 'large-objects' ? largeObjects(expected) : byName.get(sourceKey(expected));
    const column = source && expected.columns.find((name) => !source.columns.includes(name));
    if (source === undefined) missing.push({ table, what: 'no such table' });
    else if (column !== undefined) missing.push({ table, what: `no column ${column}` });
    // Columns are asked for in the manifest's order: another order would be another digest.
    else sources.push({ table, source: { ...source, columns: expected.columns } });
  }
  const pieces: Piece[] =
    level === 'content'
      ? planPieces(sources.map(({ source }) => source))
      : sources.map(({ source }, index) => ({ source: index, range: null, weight: source.bytes }));
  const parts = pieces.flatMap((piece) => {
    const entry = sources[piece.source];
    if (!entry) return [];
    const { source, table } = entry;
    const sql = level === 'content' ? copyOutSql(source, piece.range) : countSql(source);
    return [{ table, sql, object: `${source.schema}.${source.name}` }];
  });
  return { level, parts, lanes: planLanes(pieces, options.lanes), missing };
}

function countSql(source: RowSource): string {
  if (source.kind === 'large-objects') return 'select count(*) as rows from pg_catalog.pg_largeobject_metadata';
  const only = source.kind === 'partitioned' ? '' : 'only';
  return `select count(*) as rows from ${only} ${quoteQualified(source)} ${source.condition}`;
}

function sourceKey({ kind, schema, name }: Pick<RowSource, 'kind' | 'schema' | 'name'>): string {
  return JSON.stringify([kind, schema, name]);
}

function largeObjects(table: ManifestTable): RowSource {
  return { ...table, pages: 0, bytes: Number(table.bytes), ranged: false };
}
