import { Cron } from 'croner';
import { UsageError } from '#lib/errors/usage-error.ts';

/**
 * The first tick of a cron trigger strictly after `after` (epoch milliseconds), or undefined where there is none.
 * The expression is Inngest's: five fields, optionally behind `TZ=Europe/Berlin `; without it the zone is UTC.
 */
export function nextCronTick(expression: string, after: number): number | undefined {
  const [, timezone = 'UTC', pattern = expression] = /^(?:TZ=(\S+)\s+)?(.*)$/.exec(expression.trim()) ?? [];
  try {
    return new Cron(pattern, { timezone, mode: '5-part' }).nextRun(new Date(after))?.getTime();
  } catch (cause) {
    throw new UsageError(`${JSON.stringify(expression)} is not a cron schedule`, {
      code: 'cron_invalid',
      hint: 'Write five fields, optionally behind a zone: "TZ=Europe/Berlin 0 3 * * *".',
      cause,
    });
  }
}
