import prettyBytes from 'pretty-bytes';
import prettyMilliseconds from 'pretty-ms';

/** `1.2 GB`, of a number or of decimal digits. */
export function describeBytes(bytes: number | string): string {
  return prettyBytes(BigInt(bytes), { maximumFractionDigits: 1 });
}

/** `1,234,567`, of a number or of decimal digits. */
export function describeCount(count: number | string): string {
  return BigInt(count).toLocaleString('en-US');
}

/** `1 table`, `2 tables`. */
export function describeMany(count: number | string, noun: string): string {
  return `${describeCount(count)} ${noun}${BigInt(count) === 1n ? '' : 's'}`;
}

/** `320ms`, `4.3s`, `2m 10s`, `1d 2h`: the two largest units of a span. */
export function describeDuration(milliseconds: number): string {
  return prettyMilliseconds(milliseconds, milliseconds < 60_000 ? { secondsDecimalDigits: 1 } : { unitCount: 2 });
}

/** `2026-11-21 01:45:00 UTC`, of an ISO 8601 text or of PostgreSQL's `timestamptz`. */
export function describeTime(text: string): string {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) return text;
  return time
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
}
