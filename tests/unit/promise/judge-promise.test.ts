import { describe, expect, it } from 'vitest';
import { bareCare } from '#lib/config/resolve-care.ts';
import { judgePromise, type Verdict } from '#lib/promise/judge-promise.ts';
import { createBackupId } from '#lib/repository/backup-id.ts';
import { deriveRunId } from '#lib/runs/run-id.ts';
import type { Standing } from '#lib/standing/list-standings.ts';

const now = new Date('2026-11-21T12:00:00Z');
const hour = 3_600_000;
const ago = (hours: number): Date => new Date(now.getTime() - hours * hour);

type Look = [kind: 'verify' | 'sample' | 'proof', hoursAgo: number, passed: boolean];

function backup(hoursAgo: number, looks: Look[] = []): Standing {
  const checks = looks.map(([kind, at, passed]) => ({ kind, passed, run: deriveRunId(ago(at).getTime(), `${at}`) }));
  return { connection: 'c', backupId: createBackupId(ago(hoursAgo), () => 0), pinned: false, checks };
}

const care = { ...bareCare, rpoMs: 24 * hour, rtoMs: hour, proveWithinMs: 8 * 24 * hour };
const judge = (standings: Standing[], options: { recoveryMs?: number | null; rto?: null } = {}): Verdict => {
  const { recoveryMs = hour / 2 } = options;
  return judgePromise({ care: 'rto' in options ? { ...care, rtoMs: null } : care, standings, recoveryMs, now });
};

describe('judgePromise', () => {
  it('is kept where the newest is young, the last proof passed and the recovery was quick', () => {
    const verdict = judge([backup(3), backup(27, [['proof', 20, true]])]);
    expect(verdict).toEqual({ state: 'kept', reasons: [], notes: [] });
  });

  it('is not kept by backups that only ran', () => {
    expect(judge([backup(3), backup(27)], { recoveryMs: null })).toMatchObject({
      state: 'broken',
      reasons: [
        'No backup has been proven yet.',
        'How long a recovery takes was never measured; 1h is promised (rto).',
      ],
    });
  });

  it('says how old the newest good backup is', () => {
    const { reasons } = judge([backup(26.5, [['proof', 20, true]])]);
    expect(reasons).toEqual([expect.stringMatching(/^The newest good backup, \S+, is 1d 2h old; 1d is promised/)]);
  });

  it('counts the newest good one where the newest is damaged, and says so', () => {
    const verdict = judge([backup(1, [['verify', 0.5, false]]), backup(5, [['proof', 2, true]])]);
    expect(verdict).toMatchObject({ state: 'kept', notes: [expect.stringContaining('was found bad')] });
    expect(judge([backup(1, [['sample', 0.5, false]]), backup(25, [['proof', 2, true]])]).state).toBe('broken');
  });

  it('is broken by a last proof that failed, until one passes', () => {
    const failed = backup(2, [['proof', 1, false]]);
    const proven = backup(5, [['proof', 4, true]]);
    expect(judge([failed, proven])).toMatchObject({ state: 'broken', reasons: [expect.stringContaining('failed')] });
    expect(judge([backup(0.5, [['proof', 0.1, true]]), failed, proven]).state).toBe('kept');
  });

  it('wants a proof now and then', () => {
    const { reasons } = judge([backup(1), backup(300, [['proof', 200, true]])]);
    expect(reasons).toEqual([expect.stringContaining('is 8d 8h old; there should be one every 8d')]);
  });

  it('does not count a backup of tomorrow, and takes one that is seconds ahead for new', () => {
    const proven = backup(30, [['proof', 2, true]]);
    const verdict = judge([backup(-24), proven]);
    expect(verdict).toMatchObject({ state: 'broken', notes: [expect.stringContaining('in the future')] });
    expect(judge([backup(-1 / 60), proven]).state).toBe('kept');
  });

  it('measures the recovery against rto, where there is one', () => {
    const standings = [backup(1, [['proof', 0.5, true]])];
    expect(judge(standings, { recoveryMs: 2 * hour }).reasons).toEqual([
      'The last measured recovery took 2h; 1h is promised (rto).',
    ]);
    expect(judge(standings, { recoveryMs: null, rto: null }).state).toBe('kept');
  });

  it('says nothing where nothing is promised, and has no backup called good where there is none', () => {
    expect(judgePromise({ care: bareCare, standings: [], recoveryMs: null, now }).state).toBe('none');
    expect(judge([])).toMatchObject({ state: 'broken', reasons: expect.arrayContaining(['There is no good backup.']) });
  });
});
