import { addDigests } from '#lib/digest/add-digests.ts';
import type { Manifest, ManifestTable } from '#lib/manifest/manifest.ts';
import type { RecoveryPlan } from './recovery-plan.ts';

type Chosen = Pick<RecoveryPlan, 'schema' | 'tables'>;

/**
 * The manifest as the loading engine takes it: only the tables to recover, each going into its side table. A partition's
 * rows go by the names of its columns, so their order does not matter. Pure.
 */
export function manifestToLoad(manifest: Manifest, { schema, tables }: Chosen): Manifest {
  const sources = tables.flatMap(({ side, sources }) =>
    sources.flatMap(({ table }): ManifestTable[] => {
      const source = manifest.tables[table];
      return source ? [{ ...source, kind: 'table', schema, name: side }] : [];
    }),
  );
  return { ...manifest, tables: sources };
}

/**
 * The manifest as the proof takes it: the side tables with what they must hold. `reordered` is the digest of the rows of
 * each table's sources whose columns stand in another order, in the table's own order. Pure.
 */
export function manifestToProve(
  manifest: Manifest,
  { schema, tables }: Chosen,
  reordered: readonly string[],
): Manifest {
  const proven = tables.map(({ side, columns, sources }, index): ManifestTable => {
    const of = (some: typeof sources): ManifestTable[] => some.flatMap(({ table }) => manifest.tables[table] ?? []);
    const sum = (field: 'rows' | 'bytes'): string =>
      String(of(sources).reduce((total, source) => total + BigInt(source[field]), 0n));
    const inOrder = of(sources.filter((source) => !source.reordered));
    return {
      ...{ kind: 'table', schema, name: side, columns: columns.map(({ name }) => name), condition: '', chunks: [] },
      rows: sum('rows'),
      bytes: sum('bytes'),
      digest: addDigests(...inOrder.map(({ digest }) => digest), reordered[index] ?? '0'),
    };
  });
  return { ...manifest, tables: proven };
}
