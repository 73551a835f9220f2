import { describeCount, describeMany } from '#lib/report/describe-amounts.ts';
import type { TransferOutcome } from './outcome-schemas.ts';

/** What became of the source of a finished transfer: fenced, or what was written to it since its snapshot. Pure. */
export function describeSource(
  { fenced, writes }: Pick<TransferOutcome, 'fenced' | 'writes'>,
  source: string,
): readonly [name: string, value: string] {
  if (fenced) {
    const lift = 'alter database NAME reset default_transaction_read_only';
    return ['fence', `${source} is read-only for its clients and stays so until a rollback; by hand: ${lift}`];
  }
  if (writes === null) return ['written since', `what was written to ${source} since its snapshot cannot be told`];
  if (writes.rows === 0) return ['written since', `nothing to ${source} since its snapshot`];
  const most = writes.tables.slice(0, 3).map(({ table, rows }) => `${table} ${describeCount(rows)}`);
  const rows = describeMany(writes.rows, 'row');
  return ['written since', `about ${rows} to ${source}, which the copy does not have: ${most.join(', ')}`];
}
