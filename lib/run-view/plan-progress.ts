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

/**
 * One line: phase, bytes, rows, parts, rate and time left, as far as they are known. `since` is an earlier sample of
 * the same phase; the total of a backup's bytes is estimated from pages, so the line says `about`.
 */
export function describeProgress(sample: ProgressSample, since: ProgressSample | undefined): string {
  const { phase, rows, bytes, items, totalBytes, totalItems } = sample;
  const seconds = since === undefined || since.phase !== phase ? 0 : (sample.at - since.at) / 1000;
  const rate = seconds > 0 && since !== undefined ? (bytes - since.bytes) / seconds : 0;
  const itemRate = seconds > 0 && since !== undefined ? (items - since.items) / seconds : 0;
  const left =
    rate > 0 && totalBytes > bytes ? (totalBytes - bytes) / rate : itemRate > 0 ? (totalItems - items) / itemRate : 0;
  const percent = totalBytes > 0 ? Math.min(99, Math.floor((bytes / totalBytes) * 100)) : undefined;
  const parts = [
    bytes > 0 ? `${describeBytes(bytes)}${totalBytes > bytes ? ` of about ${describeBytes(totalBytes)}` : ''}` : '',
    percent === undefined || bytes === 0 ? '' : `${items >= totalItems ? 100 : percent} %`,
    rows > 0 ? `${describeCount(rows)} rows` : '',
    totalItems > 0 ? `${describeCount(items)}/${describeCount(totalItems)} parts` : '',
    rate > 0 ? `${describeBytes(Math.round(rate))}/s` : '',
    left >= 1 && items < totalItems ? `${describeDuration(Math.round(left) * 1000)} left` : '',
  ];
  return `${phase}: ${parts.filter((part) => part !== '').join(', ')}`;
}
