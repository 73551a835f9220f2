const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

const format = new Intl.RelativeTimeFormat('en', { numeric: 'always' });

/** `3 minutes ago`, `in 2 days`, `just now`: epoch milliseconds against `now`. */
export function describeAgo(at: number, now: number): string {
  for (const [unit, milliseconds] of units) {
    const count = Math.trunc((at - now) / milliseconds);
    if (count !== 0) return format.format(count, unit);
  }
  return at > now + 1_000 ? 'in less than a minute' : 'just now';
}
