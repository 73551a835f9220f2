import type { ManifestTable } from '#lib/manifest/manifest.ts';

/** A piece of a script for psql: statements, or the chunks of a table with what stands around them. */
export type ScriptPart = { kind: 'sql'; text: string } | RowsPart;

/** Rows of one table as they are stored, between texts. */
interface RowsPart {
  kind: 'rows';
  table: ManifestTable;
  /** Before every chunk (`each`), or before the first one and after the last one. */
  around: 'each' | 'all';
  before: string;
  after: string;
}
