/** The periods of the rules, shortest first. */
export const periods = [
  { rule: 'hourly', period: 'hour' },
  { rule: 'daily', period: 'day' },
  { rule: 'weekly', period: 'week' },
  { rule: 'monthly', period: 'month' },
  { rule: 'yearly', period: 'year' },
] as const;
type Period = (typeof periods)[number]['period'];

const dayMs = 86_400_000;
/** Within it no zone of today changes its offset, nor does an hour begin. */
const slotMs = 900_000;
/** Some 30 MB: the ids of 100,000 backups. */
const mostSlots = 100_000;

type Parts = Record<'year' | 'month' | 'day' | 'hour' | 'offset', string>;
type Calendar = (moment: Date, period: Period) => string;
const calendars = new Map<string, Calendar>();

/**
 * Names the period a moment lies in, in one time zone: `2026-11-21T14+01:00`, `2026-11-21`, `2026-W47` (ISO 8601),
 * `2026-11`, `2026`. The hour has its offset, as one hour comes twice when clocks are set back.
 */
export function openCalendar(timezone: string): Calendar {
  const calendar = calendars.get(timezone) ?? makeCalendar(timezone);
  calendars.set(timezone, calendar);
  return calendar;
}

/** Asking Intl is what a plan of thousands of backups would spend its time on: each moment is asked once. */
function makeCalendar(timezone: string): Calendar {
  const format = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone: timezone, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23' },
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', timeZoneName: 'longOffset' },
  });
  const known = new Map<number, Parts>();
  const partsOf = (moment: Date): Parts => {
    const slot = Math.floor(moment.getTime() / slotMs);
    const found = known.get(slot);
    if (found !== undefined) return found;
    const parts = new Map(format.formatToParts(moment).map(({ type, value }) => [type, value]));
    const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
    const offset = part('timeZoneName').replace('GMT', '') || 'Z';
    const made = { year: part('year'), month: part('month'), day: part('day'), hour: part('hour'), offset };
    if (known.size >= mostSlots) known.clear();
    known.set(slot, made);
    return made;
  };
  return (moment, period) => {
    const { year, month, day, hour, offset } = partsOf(moment);
    switch (period) {
      case 'hour':
        return `${year}-${month}-${day}T${hour}${offset}`;
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
