import { nextCronTick } from './next-cron-tick.ts';

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** What robfig/cron, which Inngest reads schedules with, takes in each field. */
const fields: { name: string; least: number; most: number; names?: string[] }[] = [
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'day of the month', least: 1, most: 31 },
  { name: 'month', least: 1, most: 12, names: months },
  { name: 'weekday', least: 0, most: 6, names: weekdays },
];

/**
 * Why a text is no cron schedule for the local runner and for Inngest alike, with what to write instead; `undefined` where
 * it is one. Only what both read the same passes: five fields of numbers, names, `*`, `,`, `-` and `/`. The zone has a
 * field of its own in the config and is no part of the text. Pure but for the clock: a schedule has to come at some time.
 */
export function findBadCron(text: string): string | undefined {
  const general = `${JSON.stringify(text)} is no cron schedule of five fields, such as "0 2 * * *"`;
  const parts = text.trim().split(/\s+/);
  if (parts.length !== fields.length) return general;
  for (const [index, field] of fields.entries()) {
    const wrong = (parts[index] ?? '').split(',').find((item) => !isItem(item, field));
    if (wrong === undefined) continue;
    const sunday = field.name === 'weekday' && /^([0-7]-)?7$/.test(wrong);
    const { least, most, names } = field;
    const instead = sunday
      ? 'write 0 for Sunday'
      : `write numbers from ${least} to ${most}${names ? `, names such as ${names[0]}` : ''}, with *, "," - and / only`;
    return `${general}: ${JSON.stringify(wrong)} is no ${field.name}, ${instead}`;
  }
  return comes(text) ? undefined : `${general}, or never comes`;
}

/** `*`, `5`, `1-5`, `mon-fri`, each with a step behind it: `*` + `/15`. */
function isItem(item: string, { least, most, names = [] }: (typeof fields)[number]): boolean {
  const [, from = '', to, step] = /^(\*|[0-9]+|[a-z]{3})(?:-([0-9]+|[a-z]{3}))?(?:\/([0-9]+))?$/i.exec(item) ?? [];
  const read = (value: string): number => {
    const place = names.indexOf(value.toLowerCase());
    return place >= 0 ? place + least : /^\d+$/.test(value) ? Number(value) : Number.NaN;
  };
  const [first, last] = from === '*' ? [least, most] : [read(from), read(to ?? from)];
  if (from === '*' && to !== undefined) return false;
  return first >= least && first <= last && last <= most && (step === undefined || Number(step) > 0);
}

function comes(text: string): boolean {
  try {
    return nextCronTick(text, Date.now()) !== undefined;
  } catch {
    // The caller names the field.
    return false;
  }
}
