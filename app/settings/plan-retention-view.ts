import type { PlannedBackup } from '#lib/retention/plan-retention.ts';

/** What a prune would do with the backups of a connection. */
export interface RetentionView {
  connection: string;
  stay: number;
  go: number;
  /** What goes first, then what stays, each newest first; the first `shown` of them. */
  backups: PlannedBackup[];
  /** How many more there are. */
  more: number;
}

/** Pure. The plan of a prune by connection; what goes is what people must look at. */
export function planRetentionView(plan: readonly PlannedBackup[], { shown }: { shown: number }): RetentionView[] {
  return [...Map.groupBy(plan, ({ connection }) => connection)].map(([connection, own]) => {
    const go = own.filter(({ keptBy }) => keptBy.length === 0);
    const stay = own.filter(({ keptBy }) => keptBy.length > 0);
    const backups = [...go, ...stay].slice(0, shown);
    return { connection, stay: stay.length, go: go.length, backups, more: own.length - backups.length };
  });
}
