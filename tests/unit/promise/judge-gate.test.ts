import { describe, expect, it } from 'vitest';
import { type GateQuestion, type GateVerdict, judgeGate } from '#lib/promise/judge-gate.ts';
import { createBackupId } from '#lib/repository/backup-id.ts';
import { deriveRunId } from '#lib/runs/run-id.ts';
import type { Standing } from '#lib/standing/list-standings.ts';

const now = new Date('2026-11-21T12:00:00Z');
const hour = 3_600_000;

function backup(hoursAgo: number, looks: [kind: 'verify' | 'proof', passed: boolean][] = []): Standing {
  const at = new Date(now.getTime() - hoursAgo * hour);
  const checks = looks.map(([kind, passed]) => ({ kind, passed, at, run: deriveRunId(at.getTime(), kind) }));
  return { connection: 'shop', backupId: createBackupId(at, () => 0), pinned: false, checks, ahead: [] };
}

const ask = (standings: Standing[], question: Partial<GateQuestion> = {}): GateVerdict =>
  judgeGate({ connection: 'shop', standings, maxAgeMs: 24 * hour, require: 'proven', now, ...question });

describe('judgeGate', () => {
  it('is open for the newest that has what is required, and closed without', () => {
    const standings = [backup(1), backup(3, [['verify', true]]), backup(5, [['proof', true]])];
    expect(ask(standings, { require: 'stored' })).toMatchObject({ open: true, backup: { id: standings[0]?.backupId } });
    expect(ask(standings, { require: 'verified' })).toMatchObject({
      open: true,
      backup: { id: standings[1]?.backupId },
    });
    expect(ask(standings)).toMatchObject({ open: true, backup: { id: standings[2]?.backupId } });
    expect(ask(standings).line).toBe(
      `open: ${standings[2]?.backupId} of shop is proven, 5h old. Passed over: 2 not that far.`,
    );
    expect(ask([backup(1)])).toMatchObject({ open: false, line: expect.stringContaining('shop has no proven backup') });
    expect(ask([])).toMatchObject({ open: false, line: 'closed: shop has no backup at all.' });
  });

  it('takes a proven one for verified', () => {
    expect(ask([backup(1, [['proof', true]])], { require: 'verified' }).open).toBe(true);
  });

  it('says how old the newest is that would do', () => {
    const { open, line } = ask([backup(30, [['proof', true]])]);
    expect(open).toBe(false);
    expect(line).toMatch(/^closed: the newest proven backup of shop, \S+, is 1d 6h old; at most 1d is allowed\.$/);
  });

  it('passes over what was found bad or is dated in the future, and says so', () => {
    const standings = [backup(-2), backup(1, [['verify', false]]), backup(2, [['proof', false]]), backup(4)];
    const { open, line, backup: counts } = ask(standings, { require: 'stored' });
    expect({ open, id: counts?.id }).toEqual({ open: true, id: standings[3]?.backupId });
    expect(line).toContain('Passed over: 2 found bad, 1 dated in the future.');
    expect(ask([backup(-2)], { require: 'stored' }).open).toBe(false);
  });

  it('counts only backups of the commit, where one is named', () => {
    const standings = [backup(1), backup(2)];
    const commit = { sha: 'abcd', isOf: (id: string) => id === standings[1]?.backupId };
    expect(ask(standings, { require: 'stored', commit }).backup?.id).toBe(standings[1]?.backupId);
    const none = ask(standings, { require: 'stored', commit: { sha: 'beef', isOf: () => false } });
    expect(none.line).toContain('shop has no stored backup of commit beef.');
  });
});
