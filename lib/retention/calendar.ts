/** The periods of the rules, shortest first. */
export const periods = [
  { rule: 'hourly', period: 'hour' },
  { rule: 'daily', period: 'day' },
  { rule: 'weekly', period: 'week' },
  { rule: 'monthly', period: 'month' },
  { rule: 'yearly', period: 'year' },
] as const;
export type Period = (typeof periods)[number]['period'];

const dayMs = 86_400_000;

/**
 * Names the period a moment lies in, in one time zone: `2026-11-21T14+01:00`, `2026-11-21`, `2026-W47` (ISO 8601),
 * `2026-11`, `2026`. The hour has its offset, as one hour comes twice when clocks are set back.
 */
export function openCalendar(timezone: string): (moment: Date, period: Period) => string {
  const format = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone: timezone, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23' },
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', timeZoneName: 'longOffset' },
  });
  return (moment, period) => {
    const parts = new Map(format.formatToParts(moment).map(({ type, value }) => [type, value]));
    const [year = '', month = '', day = ''] = [parts.get('year'), parts.get('month'), parts.get('day')];
    switch (period) {
      case 'hour':
        return `${year}-${month}-${day}T${parts.get('hour')}${(parts.get('timeZoneName') ?? '').replace('GMT', '') || 'Z'}`;
      case 'day':
        return `${year}-${month}-${day}`;
      case 'week':
        return nameWeek(new Date(`${year}-${month}-${day}T00:00:00Z`));
      case 'month':
        return `${year}-${month}`;
      case 'year':
        return year;
    }
  };
}

/** A week belongs to the year of its Thursday. */
function nameWeek(day: Date): string {
  const thursday = new Date(day.getTime() + (4 - (day.getUTCDay() || 7)) * dayMs);
  const year = thursday.getUTCFullYear();
  const week = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / dayMs / 7) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
}
