import { addDigests } from './add-digests.ts';
import type { RowCounts } from './row-counts.ts';

/** The counts of two parts together. */
export function addCounts(a: RowCounts, b: RowCounts): RowCounts {
  return { rows: a.rows + b.rows, bytes: a.bytes + b.bytes, digest: addDigests(a.digest, b.digest) };
}
