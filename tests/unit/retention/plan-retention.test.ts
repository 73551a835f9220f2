import { describe, expect, it } from 'vitest';
import { configSchema } from '#lib/config/config-schema.ts';
import { resolveConfig } from '#lib/config/resolve-config.ts';
import type { RetentionRules } from '#lib/config/retention.ts';
import { createBackupId } from '#lib/repository/backup-id.ts';
import { planRetention } from '#lib/retention/plan-retention.ts';
import type { Standing } from '#lib/standing/list-standings.ts';

const now = new Date('2026-11-21T12:00:00Z');
const none: RetentionRules = {
  ...{ keepLast: 0, hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0 },
  ...{ keepWithinMs: 0, timezone: 'UTC' },
};

function backupAt(time: string, more: Partial<Standing> = {}): Standing {
  const backupId = createBackupId(new Date(time), () => 0);
  return { connection: 'production', backupId, pinned: false, checks: [], ahead: [], ...more };
}

/** What each backup is kept by, oldest first; empty: it goes. */
function plan(
  standings: readonly Standing[],
  rules: Partial<RetentionRules> | null,
  held: { inUse?: Map<string, string>; labels?: Map<string, string> } = {},
): string[][] {
  const { inUse = new Map(), labels = new Map() } = held;
  const planned = planRetention(standings, { rules: rules && { ...none, ...rules }, now, inUse, labels });
  expect(planned).toHaveLength(standings.length);
  return planned.map(({ keptBy }) => keptBy).reverse();
}

const isKept = (keptBy: readonly string[]): boolean => keptBy.length > 0;
const daily = Array.from({ length: 400 }, (_, day) =>
  backupAt(new Date(now.getTime() - (400 - day) * 86_400_000).toISOString()),
);

describe('the rules', () => {
  it('count each by itself, as in restic', () => {
    const kept = plan(daily, { keepLast: 2, daily: 7, weekly: 5, monthly: 6, yearly: 3 });
    expect(kept.at(-1)).toEqual([
      ...['last 1', 'day 2026-11-20', 'week 2026-W47', 'month 2026-11', 'year 2026', 'newest', 'newest whole'],
    ]);
    expect(kept.filter((one) => one.some((why) => why.startsWith('day ')))).toHaveLength(7);
    const weeks = kept.flatMap((one) => one.filter((why) => why.startsWith('week ')));
    expect(weeks).toEqual(['week 2026-W43', 'week 2026-W44', 'week 2026-W45', 'week 2026-W46', 'week 2026-W47']);
    expect(kept.flatMap((one) => one.filter((why) => why.startsWith('month ')))).toHaveLength(6);
    expect(kept.flatMap((one) => one.filter((why) => why.startsWith('year ')))).toEqual(['year 2025', 'year 2026']);
  });

  it('take the newest backup of a period, and periods without one do not count', () => {
    const backups = [
      backupAt('2026-11-01T01:00:00Z'),
      backupAt('2026-11-01T22:00:00Z'),
      backupAt('2026-11-15T01:00:00Z'),
      backupAt('2026-11-20T01:00:00Z'),
    ];
    expect(plan(backups, { daily: 3 }).map(isKept)).toEqual([false, true, true, true]);
    expect(plan(backups, { hourly: 4 }).map(isKept)).toEqual([true, true, true, true]);
  });

  it('count keepWithin from the newest backup: where backups have stopped nothing goes by its age', () => {
    const backups = [
      backupAt('2026-01-01T00:00:00Z'),
      backupAt('2026-01-09T00:00:00Z'),
      backupAt('2026-01-10T00:00:00Z'),
    ];
    expect(plan(backups, { keepWithinMs: 2 * 86_400_000 }).map(isKept)).toEqual([false, true, true]);
  });

  it('begin a day where the time zone does, and a week on Monday', () => {
    // Saturday 23:30 UTC is Sunday in Berlin; Monday 00:30 in Berlin is Sunday in UTC.
    const backups = [
      backupAt('2026-11-14T23:30:00Z'),
      backupAt('2026-11-15T10:00:00Z'),
      backupAt('2026-11-15T23:30:00Z'),
    ];
    expect(plan(backups, { daily: 9 }).map(isKept)).toEqual([true, false, true]);
    expect(plan(backups, { daily: 9, timezone: 'Europe/Berlin' }).map(isKept)).toEqual([false, true, true]);
    expect(plan(backups, { weekly: 9 }).map(isKept)).toEqual([false, false, true]);
    expect(plan(backups, { weekly: 9, timezone: 'Europe/Berlin' }).map(isKept)).toEqual([false, true, true]);
  });

  it('name the week of ISO 8601 at the turn of a year, and the hour that comes twice', () => {
    const turn = [backupAt('2021-01-03T12:00:00Z'), backupAt('2024-12-30T12:00:00Z')];
    expect(plan(turn, { weekly: 2 }).map((one) => one[0])).toEqual(['week 2020-W53', 'week 2025-W01']);
    const twice = [backupAt('2026-10-25T00:30:00Z'), backupAt('2026-10-25T01:30:00Z')];
    expect(plan(twice, { hourly: 2, timezone: 'Europe/Berlin' }).map((one) => one[0])).toEqual([
      'hour 2026-10-25T02+02:00',
      'hour 2026-10-25T02+01:00',
    ]);
  });
});

describe('whatever the rules say', () => {
  const proof = { kind: 'proof', passed: true, run: '20261101T000000Z-aaaaaa', at: now } as const;
  const failed = { kind: 'verify', passed: false, run: '20261102T000000Z-aaaaaa', at: now } as const;

  it('the newest, the newest proven, the pinned, the labelled and those in use stay', () => {
    const backups = [
      backupAt('2026-11-01T00:00:00Z', { checks: [proof] }),
      backupAt('2026-11-02T00:00:00Z', { checks: [proof] }),
      backupAt('2026-11-03T00:00:00Z', { pinned: true }),
      backupAt('2026-11-04T00:00:00Z'),
      backupAt('2026-11-05T00:00:00Z'),
      backupAt('2026-11-06T00:00:00Z'),
      backupAt('2026-11-07T00:00:00Z'),
    ];
    const id = (index: number): string => backups[index]?.backupId ?? '';
    const held = { labels: new Map([[id(3), 'before 2.0']]), inUse: new Map([[id(4), 'run r']]) };
    expect(plan(backups, { keepLast: 1 }, held)).toEqual([
      [],
      ['newest proven'],
      ['pinned'],
      ['label "before 2.0"'],
      ['used by run r'],
      [],
      ['last 1', 'newest', 'newest whole'],
    ]);
  });

  it('nothing goes without a retention', () => {
    expect(plan(daily, null).every(isKept)).toBe(true);
  });

  it('a backup of the future stays and pushes nothing out', () => {
    const future = [backupAt('2030-01-01T00:00:00Z'), backupAt('2031-01-01T00:00:00Z')];
    const real = [backupAt('2026-11-19T00:00:00Z'), backupAt('2026-11-20T00:00:00Z')];
    const kept = plan([...real, ...future], { keepLast: 2, keepWithinMs: 86_400_000 });
    expect(kept.every(isKept)).toBe(true);
    expect(kept[1]).toContain('last 1');
    expect(kept[3]).toEqual(['dated into the future']);
  });

  it('a damaged backup takes no whole one its place, and stays where it would stay if it were whole', () => {
    const backups = [
      backupAt('2026-11-01T00:00:00Z'),
      backupAt('2026-11-02T00:00:00Z', { checks: [proof] }),
      backupAt('2026-11-03T00:00:00Z', { checks: [proof, failed] }),
    ];
    expect(plan(backups, { keepLast: 1 })).toEqual([
      [],
      ['last 1', 'newest proven', 'newest whole'],
      ['last 1', 'newest'],
    ]);
  });

  it('something of a connection always stays, whatever the backups are', () => {
    let seed = 7;
    const random = (max: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return seed % max;
    };
    for (let round = 0; round < 500; round++) {
      const standings = Array.from({ length: 1 + random(30) }, () =>
        backupAt(new Date(now.getTime() - (random(900) - 20) * 43_200_000).toISOString(), {
          checks: random(3) === 0 ? [random(2) === 0 ? proof : failed] : [],
        }),
      );
      const rules = { keepLast: random(3), daily: random(5), weekly: random(3), keepWithinMs: random(3) * 86_400_000 };
      const kept = plan(standings, rules);
      const whole = standings.filter(({ checks }) => !checks.includes(failed));
      const keptWhole = planRetention(standings, {
        ...{ rules: { ...none, ...rules }, now, inUse: new Map(), labels: new Map() },
      }).filter(({ keptBy, backupId }) => isKept(keptBy) && whole.some((one) => one.backupId === backupId));
      expect(kept.some(isKept)).toBe(true);
      if (whole.length > 0) expect(keptWhole.length).toBeGreaterThan(0);
    }
  });
});

describe('a config whose rules keep nothing', () => {
  const environment = { DATABASE_URL: 'postgres://localhost/x' };

  it.each([{}, { keepLast: 0, daily: 0 }, { keepLast: -1 }, { daily: 1.5 }, { forever: true }])(
    'is refused: %j',
    (retention) => {
      expect(configSchema.safeParse({ retention }).success).toBe(false);
      expect(() => resolveConfig({ retention }, environment)).toThrow(/retention/);
    },
  );

  it('is refused where its time is none, by one message that names the field', () => {
    expect(() => resolveConfig({ retention: { keepWithin: '0d' } }, environment)).toThrow(/retention keeps no backup/);
    expect(() => resolveConfig({ retention: { keepWithin: 'long' } }, environment)).toThrow(
      /retention\.keepWithin is not a duration/,
    );
  });

  it('may be over the rules of all, or none', () => {
    const { retention } = resolveConfig(
      { retention: { keepLast: 3 }, connections: { a: { retention: { daily: 7 } }, b: { retention: null }, c: {} } },
      environment,
    );
    expect(retention.of('a')).toMatchObject({ keepLast: 0, daily: 7 });
    expect(retention.of('b')).toBeNull();
    expect(retention.of('c')).toMatchObject({ keepLast: 3, timezone: 'UTC' });
    expect(retention.of('nobody')).toMatchObject({ keepLast: 3 });
    expect(resolveConfig({}, environment).retention.of('a')).toBeNull();
  });
});
