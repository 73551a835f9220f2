import { UsageError } from '#lib/errors/usage-error.ts';

const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/**
 * Reads a duration as the SDK writes it (`1h30m`, `45s`, `2d`) in milliseconds. A malformed one is a UsageError.
 * The empty string is no time at all: that is how the SDK writes `step.sleep("id", 0)`.
 */
export function parseDuration(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g)];
  const read = parts.map(([whole]) => whole).join('');
  if (read !== text) {
    throw new UsageError(`${JSON.stringify(text)} is not a duration`, {
      code: 'duration_invalid',
      hint: 'Write it like 45s, 15m, 1h30m or 7d.',
    });
  }
  return parts.reduce((total, [, amount, unit]) => total + Number(amount) * (unitMs[unit ?? ''] ?? 0), 0);
}

/** When a sleep or a timeout is over, in epoch milliseconds: `text` is a duration from `now` or an ISO time. */
export function dueTime(text: string, now: number): number {
  const instant = /^[+-]?\d{4,6}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(instant) ? now + parseDuration(text) : instant;
}
