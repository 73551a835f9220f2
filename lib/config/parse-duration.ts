import { UsageError } from '#lib/errors/usage-error.ts';

const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/**
 * Milliseconds of `240`, `240s`, `90m`, `24h`, `7d`; a bare number is seconds.
 * @throws UsageError where the text is no duration; `what` names it in the message.
 */
export function parseDuration(text: string, what: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)?$/.exec(text.trim());
  const [, amount, unit] = match ?? [];
  if (amount === undefined) {
    throw new UsageError(`${what} is not a duration: ${JSON.stringify(text)}`, {
      code: 'bad_duration',
      hint: 'Write a number with ms, s, m, h, d or w, for example 240s or 24h.',
    });
  }
  const factor = Object.entries(units).find(([name]) => name === (unit ?? 's'))?.[1] ?? units.s;
  return Math.round(Number(amount) * factor);
}
