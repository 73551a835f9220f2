import { describe, expect, it } from 'vitest';
import { delayTick } from '#inngest/schedule/delay-tick.ts';
import { scheduleFunctions } from '#inngest/schedule/schedule-functions.ts';
import { nextCronTick } from '#lib/config/next-cron-tick.ts';
import { resolveConfig } from '#lib/config/resolve-config.ts';

describe('the schedules of the config', () => {
  it('are one cron function for each connection and kind, with ids that stay', () => {
    const schedule = { backup: '0 2 * * *', drill: '0 4 * * 0', timezone: 'Europe/Berlin', jitter: '10m' };
    const { care } = resolveConfig(
      { connections: { shop: { schedule }, other: {} } },
      { DATABASE_URL: 'postgres://h/d' },
    );
    expect(care.get('shop')?.schedules).toEqual([
      { kind: 'backup', cron: 'TZ=Europe/Berlin 0 2 * * *', jitterMs: 600_000 },
      { kind: 'drill', cron: 'TZ=Europe/Berlin 0 4 * * 0', jitterMs: 600_000 },
    ]);
    expect(scheduleFunctions(care).map((fn) => fn.id())).toEqual(['schedule-backup-shop', 'schedule-drill-shop']);
  });

  it.each([
    [{ schedule: { backup: 'every day' } }, /connections\.shop\.schedule\.backup/, /"every day" is no cron schedule/],
    [{ schedule: { drill: '0 0 3 * * *' } }, /connections\.shop\.schedule\.drill/, /"0 0 3 \* \* \*" is no cron/],
    [{ schedule: { backup: '0 0 30 2 *' } }, /connections\.shop\.schedule\.backup/, /never comes/],
    [{ schedule: { backup: 'TZ=UTC 0 3 * * *' } }, /connections\.shop\.schedule\.backup/, /is no cron/],
    [{ schedule: { drill: '30 4 * * 7' } }, /schedule\.drill/, /"7" is no weekday, write 0 for Sunday/],
    [{ schedule: { drill: '30 4 * * 5-7' } }, /schedule\.drill/, /"5-7" is no weekday, write 0 for Sunday/],
    [{ schedule: { drill: '30 4 * * 1L' } }, /schedule\.drill/, /"1L" is no weekday, write numbers from 0 to 6, names/],
    [{ schedule: { drill: '30 4 * * 1#2' } }, /schedule\.drill/, /"1#2" is no weekday/],
    [{ schedule: { drill: '30 4 * * sat-sun' } }, /schedule\.drill/, /"sat-sun" is no weekday/],
    [
      { schedule: { backup: '0 4 L * *' } },
      /schedule\.backup/,
      /"L" is no day of the month, write numbers from 1 to 31/,
    ],
    [{ schedule: { backup: '0 4 ? * *' } }, /schedule\.backup/, /"\?" is no day of the month/],
    [{ schedule: { backup: '@daily' } }, /schedule\.backup/, /"@daily" is no cron schedule of five fields, such as/],
    [{ schedule: { backup: '0 3 * * *', timezone: 'Mars/Olympus' } }, /schedule\.timezone/, /"Mars\/Olympus"/],
    [{ schedule: { backup: '0 3 * * *', jitter: 'a bit' } }, /connections\.shop\.schedule\.jitter/, /"a bit"/],
    [{ rpo: 'daily' }, /connections\.shop\.rpo/, /"daily"/],
    [{ drill: { on: 'nowhere' } }, /connections\.shop\.drill\.on/, /"nowhere"/],
  ])('name the field that does not parse, and its text: %j', (shop, field, text) => {
    const resolve = () => resolveConfig({ connections: { shop } }, {});
    expect(resolve).toThrow(expect.objectContaining({ name: 'UsageError', message: expect.stringMatching(field) }));
    expect(resolve).toThrow(expect.objectContaining({ exitCode: 2, message: expect.stringMatching(text) }));
  });
});

it.each(['*/15 * * * *', '0 2,14 1-15/2 * *', '30 4 * jan-Mar MON-fri', '5 0 * 12 0,6'])(
  'takes what the local runner and Inngest both know: %s',
  (backup) => {
    const { care } = resolveConfig({ connections: { shop: { schedule: { backup } } } }, {});
    expect(care.get('shop')?.schedules).toMatchObject([{ cron: `TZ=UTC ${backup}` }]);
  },
);

describe('a tick', () => {
  const tick = (expression: string, after: string): string | undefined => {
    const at = nextCronTick(expression, Date.parse(after));
    return at === undefined ? undefined : new Date(at).toISOString();
  };

  it('comes at the end of the gap on the day the clock skips its hour, once', () => {
    // 2026-03-29 02:00 CET is 03:00 CEST: there is no 02:30 in Berlin.
    const first = tick('TZ=Europe/Berlin 30 2 * * *', '2026-03-28T12:00:00Z');
    expect(first).toBe('2026-03-29T01:00:00.000Z');
    expect(tick('TZ=Europe/Berlin 30 2 * * *', first ?? '')).toBe('2026-03-30T00:30:00.000Z');
  });

  it('comes once on the day its hour is there twice', () => {
    // 2026-10-25 03:00 CEST is 02:00 CET: 02:30 is there at 00:30 and at 01:30 UTC.
    const first = tick('TZ=Europe/Berlin 30 2 * * *', '2026-10-24T12:00:00Z');
    expect(first).toBe('2026-10-25T00:30:00.000Z');
    expect(tick('TZ=Europe/Berlin 30 2 * * *', first ?? '')).toBe('2026-10-26T01:30:00.000Z');
  });

  it('is put off by the same part of the jitter for whoever asks, by another for another', () => {
    const about = { connection: 'shop', kind: 'backup', jitterMs: 600_000 };
    const delays = Array.from({ length: 200 }, (_, day) => delayTick({ ...about, tick: day * 86_400_000 }));
    expect(delays).toEqual(Array.from({ length: 200 }, (_, day) => delayTick({ ...about, tick: day * 86_400_000 })));
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delays)).toBeLessThan(600_000);
    expect(new Set(delays).size).toBeGreaterThan(190);
    expect(delayTick({ ...about, connection: 'other', tick: 0 })).not.toBe(delays[0]);
    expect(delayTick({ ...about, jitterMs: 0, tick: 0 })).toBe(0);
  });
});
