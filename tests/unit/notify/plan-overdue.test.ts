import { describe, expect, it } from 'vitest';
import type { Care } from '#lib/config/config.ts';
import { bareCare } from '#lib/config/resolve-care.ts';
import type { OverdueAlarm } from '#lib/notify/alarm-store.ts';
import { planOverdue } from '#lib/notify/plan-overdue.ts';
import type { Standing } from '#lib/standing/list-standings.ts';

const hour = 3_600_000;
const start = Date.parse('2026-11-21T00:00:00Z');
const hoursIn = (hours: number): Date => new Date(start + hours * hour);
const backupAt = (text: string, over: Partial<Standing> = {}): Standing => ({
  ...{ connection: 'shop', backupId: `${text}Z-00aaaa`, pinned: false, checks: [], ahead: [] },
  ...over,
});
const promised: Care = { ...bareCare, rpoMs: 24 * hour };
const scheduled: Care = { ...bareCare, schedules: [{ kind: 'backup', cron: 'TZ=UTC 0 2 * * *', jitterMs: hour }] };

function plan(about: { care: Care; standings?: Standing[]; alarm?: OverdueAlarm; now: Date }) {
  const { standings = [], alarm } = about;
  return planOverdue({ connection: 'shop', repeatAfterMs: 24 * hour, ...about, standings, alarm });
}

describe('planOverdue', () => {
  it('tells an alarm once, again after its time, and that it is over', () => {
    const standings = [backupAt('20261121T000000')];
    const told: (string | null)[] = [];
    let alarm: OverdueAlarm | undefined;
    for (let hours = 23; hours <= 73; hours += 0.25) {
      const now = hoursIn(hours);
      const taken = hours < 72 ? standings : [backupAt('20261124T000000'), ...standings];
      const verdict = plan({ care: promised, standings: taken, now, ...(alarm ? { alarm } : {}) });
      if (verdict.told === null) continue;
      told.push(`${verdict.told} ${hours}`);
      alarm = { overdue: verdict.told === 'overdue', toldAt: now.toISOString() };
    }
    expect(told).toEqual(['overdue 24.25', 'overdue 48.25', 'recovered 72']);
  });

  it('fires where no backup was ever taken, and where all of them are bad or dated ahead', () => {
    expect(plan({ care: promised, now: hoursIn(0) })).toMatchObject({
      ...{ overdue: true, told: 'overdue', newest: null },
      says: 'There is no good backup of shop.',
    });
    const damaged = backupAt('20261121T000000', {
      checks: [{ kind: 'verify', passed: false, run: 'r', at: hoursIn(0) }],
    });
    expect(plan({ care: promised, standings: [damaged], now: hoursIn(1) }).overdue).toBe(true);
    expect(plan({ care: promised, standings: [backupAt('20271121T000000')], now: hoursIn(1) }).overdue).toBe(true);
  });

  it('holds a schedule without rpo to its ticks: half the time to the next one is given', () => {
    const standings = [backupAt('20261120T020500')];
    // The tick of 02:00, an hour of jitter, half a day.
    expect(plan({ care: scheduled, standings, now: hoursIn(15) })).toMatchObject({ overdue: false });
    expect(plan({ care: scheduled, standings, now: hoursIn(15.1) })).toMatchObject({
      overdue: true,
      says: expect.stringMatching(
        /^The newest good backup of shop is .*-00aaaa, 1d 13h old; its schedule asks for newer/,
      ),
    });
  });

  it('says nothing of a connection that nothing is promised of', () => {
    expect(plan({ care: bareCare, now: hoursIn(0) })).toMatchObject({ overdue: null, told: null });
  });
});
