import { InvalidArgumentError } from 'commander';
import { parseDuration } from '#lib/config/parse-duration.ts';
import { UsageError } from '#lib/errors/usage-error.ts';

/** Parses an option's moment: a date or time as ISO 8601 has it (without a zone in UTC), or how long ago, `7d`. */
export function pointInTime(text: string): Date {
  if (/^\d{4}-\d{2}-\d{2}/.test(text)) {
    const time = new Date(
      /^\d{4}-\d{2}-\d{2}$/.test(text) || /(?:Z|[+-]\d{2}:?\d{2})$/i.test(text) ? text : `${text}Z`,
    );
    if (!Number.isNaN(time.getTime())) return time;
  } else {
    try {
      return new Date(Date.now() - parseDuration(text, 'It'));
    } catch (cause) {
      if (!(cause instanceof UsageError)) throw cause;
    }
  }
  throw new InvalidArgumentError('It is neither a date or time (2026-11-21, 2026-11-21T01:45Z) nor a span (7d).');
}
