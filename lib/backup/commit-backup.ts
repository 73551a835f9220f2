import { describeRowSource } from '#lib/catalog/read-row-sources.ts';
import { addDigests } from '#lib/digest/add-digests.ts';
import { DamagedError } from '#lib/errors/damaged-error.ts';
import type { Manifest, ManifestTable } from '#lib/manifest/manifest.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { runFolder } from '#lib/runs/run-id.ts';
import { type BackupPlan, copiedSchema, type PieceResult } from './backup-plan.ts';

/** Everything all lanes of an epoch copied, by piece number. */
export async function readCopied(
  repository: Repository,
  run: { runId: string; epoch: number },
): Promise<Map<number, PieceResult>> {
  const results = new Map<number, PieceResult>();
  for await (const { key } of repository.store.list(`${runFolder(run.runId)}copied/e${run.epoch}-`)) {
    for (const result of (await repository.getJson(key, copiedSchema)) ?? []) results.set(result.piece, result);
  }
  return results;
}

/**
 * Adds pieces up to tables, in the order of the plan. Pure.
 * @throws DamagedError where a piece is missing: half a table must never become a backup.
 */
export function assembleTables(plan: BackupPlan, copied: ReadonlyMap<number, PieceResult>): ManifestTable[] {
  const bySource = new Map<number, PieceResult[]>();
  for (const [index, piece] of plan.pieces.entries()) {
    const result = copied.get(index);
    const source = plan.catalog.sources[piece.source];
    if (!result || !source) {
      throw new DamagedError(`Piece ${index} of ${source ? describeRowSource(source) : 'the plan'} was not copied.`, {
        code: 'piece_missing',
        hint: 'Run the backup again; nothing was committed.',
      });
    }
    const before = bySource.get(piece.source);
    if (before) before.push(result);
    else bySource.set(piece.source, [result]);
  }
  return plan.catalog.sources.map(({ kind, schema, name, columns, condition }, index) => {
    const pieces = bySource.get(index) ?? [];
    return {
      kind,
      schema,
      name,
      columns,
      condition,
      rows: String(sum(pieces, ({ rows }) => rows)),
      bytes: String(sum(pieces, ({ bytes }) => bytes)),
      digest: addDigests(...pieces.map(({ digest }) => digest)),
      chunks: pieces.flatMap(({ chunks }) => chunks),
    };
  });
}

/** The totals of a backup. `newStored` counts what the repository did not hold before. */
export function addTotals(tables: readonly ManifestTable[], copied: Iterable<PieceResult>): Manifest['totals'] {
  const chunks = tables.flatMap((table) => table.chunks);
  const add = (numbers: readonly string[]): string => String(numbers.reduce((total, one) => total + BigInt(one), 0n));
  return {
    rows: add(tables.map(({ rows }) => rows)),
    bytes: add(tables.map(({ bytes }) => bytes)),
    stored: String(sum(chunks, ({ stored }) => stored)),
    newStored: String(sum([...copied], ({ newStored }) => newStored)),
    chunks: chunks.length,
  };
}

function sum<T>(items: readonly T[], value: (item: T) => number): bigint {
  return items.reduce((total, item) => total + BigInt(value(item)), 0n);
}
