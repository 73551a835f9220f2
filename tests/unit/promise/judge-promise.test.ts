import { describe, expect, it } from 'vitest';
import { bareCare } from '#lib/config/resolve-care.ts';
import { judgePromise, type Verdict } from '#lib/promise/judge-promise.ts';
import { createBackupId } from '#lib/repository/backup-id.ts';
import { deriveRunId } from '#lib/runs/run-id.ts';
import { isKnownDamaged, type Standing } from '#lib/standing/list-standings.ts';
import { placeLooks } from '#lib/standing/place-looks.ts';

const now = new Date('2026-11-21T12:00:00Z');
const hour = 3_600_000;
const ago = (hours: number): Date => new Date(now.getTime() - hours * hour);

/** `hoursAgo` it ended; `asked` hours ago, where that is not the same. */
type Look = [kind: 'verify' | 'sample' | 'proof', hoursAgo: number, passed: boolean, asked?: number];

function backup(hoursAgo: number, looks: Look[] = []): Standing {
  const found = looks.map(([kind, at, passed, asked = at]) => {
    return { kind, passed, at: ago(at), run: deriveRunId(ago(asked).getTime(), `${at}`) };
  });
  const backupId = createBackupId(ago(hoursAgo), () => 0);
  return { connection: 'c', backupId, pinned: false, ...placeLooks(found, now) };
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

  it('orders looks by when they ended, not by when they were asked for', () => {
    // Asked for at 01:00 and failed at 05:00; asked for at 02:00 and passed at 03:00.
    const damaged = backup(12, [
      ['verify', 7, false, 11],
      ['verify', 9, true, 10],
    ]);
    expect(isKnownDamaged(damaged)).toBe(true);
    const failed = backup(13, [
      ['proof', 7, false, 11],
      ['proof', 9, true, 10],
    ]);
    expect(judge([backup(1), failed]).reasons).toEqual([expect.stringMatching(/^The last proof, .*, failed\.$/)]);
    expect(judge([backup(1), backup(13, [['proof', 9, true, 10]]), backup(14, [['proof', 7, false, 11]])]).state).toBe(
      'broken',
    );
  });

  it('dates a proof by its end, whenever it was asked for', () => {
    expect(judge([backup(1), backup(300, [['proof', 2, true, 200]])]).state).toBe('kept');
    expect(judge([backup(1), backup(300, [['proof', 200, true, 290]])]).reasons).toEqual([
      expect.stringContaining('is 8d 8h old'),
    ]);
  });

  it('does not let a look that passed in the future hide what fails after it', () => {
    const months = 24 * 90;
    const standing = backup(10, [
      ['proof', 8, true, -months],
      ['verify', -months, true],
      ['proof', 6, false],
    ]);
    const verdict = judge([backup(1), standing]);
    expect(verdict.reasons).toEqual([expect.stringMatching(/^The last proof, .*, failed\.$/)]);
    expect(verdict.notes).toEqual([
      expect.stringMatching(/^The proof of backup \S+ by run \S+ is dated in the future: it does not count\./),
      expect.stringMatching(/^The verify of backup \S+ by run \S+ is dated in the future: it does not count\./),
    ]);
    const alone = judge([backup(1), backup(10, [['proof', 8, true, -months]])]);
    expect(alone.reasons).toEqual(['No backup has been proven yet.']);
    // One that failed counts, whatever its machine's clock says, and one of a clock that is a little ahead too.
    expect(judge([backup(1), backup(10, [['proof', 8, false, -months]])]).reasons).toHaveLength(1);
    expect(judge([backup(1), backup(10, [['proof', 0, true, -1 / 60]])])).toMatchObject({ state: 'kept', notes: [] });
  });

  it('counts a proof that passed only of a backup that could be restored now, and one that failed of any', () => {
    const looks: Look[] = [
      ['proof', 5, true],
      ['verify', 3, false],
    ];
    const damaged = backup(6, looks);
    expect(judge([backup(1), damaged]).reasons).toEqual(['No backup has been proven yet.']);
    expect(judge([backup(1), damaged, backup(20, [['proof', 10, true]])]).state).toBe('kept');
    expect(judge([backup(-24, [['proof', 1, true]]), backup(1)]).reasons).toEqual(['No backup has been proven yet.']);
    expect(judge([backup(-24, [['proof', 1, false]]), backup(1, [['proof', 2, true]])]).state).toBe('broken');
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
