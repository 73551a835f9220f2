import { sideTablesGoneCode } from '#lib/recovery/side-tables-gone.ts';
import type { RecordedError } from '#lib/runs/run-record.ts';

/**
 * Whether a recovery can do without the comparison that has failed so: its tables are proven, and a live database that
 * cannot be read takes nothing from that. A fault of Holdfast's own and recovered tables that are gone do. Pure.
 */
export function canDoWithout({ code }: Pick<RecordedError, 'code'>): boolean {
  return code !== 'unexpected' && code !== sideTablesGoneCode;
}
