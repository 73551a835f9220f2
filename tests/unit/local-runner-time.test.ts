import { describe, expect, it } from 'vitest';
import { dueTime, parseDuration } from '#inngest/local/due-time.ts';
import { newUlid } from '#inngest/local/new-ulid.ts';
import { nextCronTick } from '#lib/config/next-cron-tick.ts';

const tick = (expression: string, after: string): string | undefined => {
  const at = nextCronTick(expression, Date.parse(after));
  return at === undefined ? undefined : new Date(at).toISOString();
};

describe('nextCronTick', () => {
  it('counts in UTC where no zone is given', () => {
    expect(tick('0 3 * * *', '2026-11-21T02:59:59Z')).toBe('2026-11-21T03:00:00.000Z');
  });

  it('never gives the moment it starts from', () => {
    expect(tick('0 3 * * *', '2026-11-21T03:00:00Z')).toBe('2026-11-22T03:00:00.000Z');
  });

  it('keeps the hour of the zone through both changes of the clock', () => {
    expect(tick('TZ=Europe/Berlin 0 3 * * *', '2026-03-28T12:00:00Z')).toBe('2026-03-29T01:00:00.000Z');
    expect(tick('TZ=Europe/Berlin 0 3 * * *', '2026-10-24T12:00:00Z')).toBe('2026-10-25T02:00:00.000Z');
    expect(tick('TZ=Europe/Berlin 0 3 * * *', '2026-11-20T12:00:00Z')).toBe('2026-11-21T02:00:00.000Z');
  });

  it('refuses what is no schedule and names it', () => {
    expect(() => nextCronTick('every day', 0)).toThrow('"every day" is not a cron schedule');
    expect(() => nextCronTick('0 0 3 * * *', 0)).toThrow('is not a cron schedule');
    expect(() => nextCronTick('TZ=Mars/Olympus 0 3 * * *', 0)).toThrow('is not a cron schedule');
  });
});

describe('dueTime', () => {
  it('adds a duration to now', () => {
    expect(dueTime('1h30m', 1000)).toBe(1000 + 5_400_000);
    expect(dueTime('2d', 0)).toBe(172_800_000);
    expect(dueTime('', 5)).toBe(5);
  });

  it('takes an ISO time as it is, also one that has passed', () => {
    expect(dueTime('2026-01-01T00:00:00.000Z', 9e15)).toBe(Date.parse('2026-01-01T00:00:00.000Z'));
  });

  it('refuses what is neither', () => {
    expect(() => parseDuration('soon')).toThrow('"soon" is not a duration');
    expect(() => parseDuration('5 minutes')).toThrow('is not a duration');
  });
});

describe('newUlid', () => {
  it('sorts by time and does not repeat', () => {
    const ids = Array.from({ length: 1000 }, (_, n) => newUlid(1_700_000_000_000 + n));
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(Array.from({ length: 1000 }, () => newUlid(0))).size).toBe(1000);
    expect(ids[0]).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
  });
});
