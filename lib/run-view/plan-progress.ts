import { describeBytes, describeCount, describeDuration } from '#lib/report/describe-amounts.ts';
import type { Progress } from '#lib/runs/run-record.ts';

/** What all lanes of the phase under way have done together at one moment (epoch milliseconds). */
export interface ProgressSample {
  phase: string;
  at: number;
  rows: number;
  bytes: number;
  items: number;
  totalBytes: number;
  totalItems: number;
}

/** The lanes of the run that moved last, of a run and its parts: two of them may have phases of one name. */
export function pickLatest(runs: readonly (readonly Progress[])[]): Progress[] {
  const moved = (lanes: readonly Progress[]): string =>
    lanes
      .map(({ updatedAt }) => updatedAt)
      .sort()
      .at(-1) ?? '';
  return [...([...runs].sort((one, other) => moved(one).localeCompare(moved(other))).at(-1) ?? [])];
}

/** Adds the lanes of the latest phase up; `undefined` before any lane has begun. */
export function sampleProgress(lanes: readonly Progress[], now: number): ProgressSample | undefined {
  const latest = [...lanes].sort((one, other) => one.updatedAt.localeCompare(other.updatedAt)).at(-1);
  if (latest === undefined) return undefined;
  const current = lanes.filter(({ phase }) => phase === latest.phase);
  const add = (field: 'rows' | 'bytes' | 'items' | 'totalBytes' | 'totalItems'): number =>
    current.reduce((sum, lane) => sum + lane[field], 0);
  return {
    phase: latest.phase,
    at: now,
    rows: add('rows'),
    bytes: add('bytes'),
    items: add('items'),
    totalBytes: add('totalBytes'),
    totalItems: add('totalItems'),
  };
}

/** How fast the work goes, and how long it may still take, as far as that is known. */
export interface ProgressEstimate {
  /** Of bytes, 0 to 100; what is more than an estimated total is 99 as long as parts are missing. */
  percent: number | undefined;
  /** 0 where it is not known. */
  bytesPerSecond: number;
  rowsPerSecond: number;
  leftMs: number | undefined;
}

/** Estimates by the difference to an earlier sample of the same phase. */
export function estimateProgress(sample: ProgressSample, since: ProgressSample | undefined): ProgressEstimate {
  const { phase, rows, bytes, items, totalBytes, totalItems, at } = sample;
  const earlier = since?.phase === phase && at > since.at ? since : undefined;
  const perSecond = (now: number, before: number | undefined): number =>
    earlier === undefined || before === undefined ? 0 : ((now - before) / (at - earlier.at)) * 1000;
  const bytesPerSecond = perSecond(bytes, earlier?.bytes);
  const itemsPerSecond = perSecond(items, earlier?.items);
  const done = items >= totalItems;
  const left =
    bytesPerSecond > 0 && totalBytes > bytes
      ? (totalBytes - bytes) / bytesPerSecond
      : itemsPerSecond > 0
        ? (totalItems - items) / itemsPerSecond
        : 0;
  return {
    percent:
      totalBytes > 0 && bytes > 0 ? (done ? 100 : Math.min(99, Math.floor((bytes / totalBytes) * 100))) : undefined,
    bytesPerSecond,
    rowsPerSecond: perSecond(rows, earlier?.rows),
    leftMs: left >= 1 && !done ? Math.round(left) * 1000 : undefined,
  };
}

/**
 * One line: phase, bytes, rows, parts, rate and time left, as far as they are known. `since` is an earlier sample of
 * the same phase; the total of a backup's bytes is estimated from pages, so the line says `about`.
 */
export function describeProgress(sample: ProgressSample, since: ProgressSample | undefined): string {
  const { phase, rows, bytes, items, totalBytes, totalItems } = sample;
  const { percent, bytesPerSecond, leftMs } = estimateProgress(sample, since);
  const parts = [
    bytes > 0 ? `${describeBytes(bytes)}${totalBytes > bytes ? ` of about ${describeBytes(totalBytes)}` : ''}` : '',
    percent === undefined ? '' : `${percent} %`,
    rows > 0 ? `${describeCount(rows)} rows` : '',
    totalItems > 0 ? `${describeCount(items)}/${describeCount(totalItems)} parts` : '',
    bytesPerSecond > 0 ? `${describeBytes(Math.round(bytesPerSecond))}/s` : '',
    leftMs === undefined ? '' : `${describeDuration(leftMs)} left`,
  ];
  return `${phase}: ${parts.filter((part) => part !== '').join(', ')}`;
}
