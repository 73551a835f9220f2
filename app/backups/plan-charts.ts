import type { ChartPoint } from '#app/ui/chart-frame.tsx';
import type { HistoryPoint } from '#lib/backup-view/read-backup-history.ts';
import { describeTime } from '#lib/report/describe-amounts.ts';

/** The values of the three charts of a connection, oldest first. Pure. */
export function planCharts(history: readonly HistoryPoint[]): Record<'stored' | 'added' | 'took', ChartPoint[]> {
  const points = (measure: (point: HistoryPoint) => number): ChartPoint[] =>
    history.map((point) => ({
      key: point.backupId,
      label: describeTime(point.takenAt).slice(0, 16),
      value: measure(point),
    }));
  return {
    stored: points(({ stored }) => stored),
    added: points(({ newStored }) => newStored),
    took: points(({ durationMs }) => durationMs),
  };
}
