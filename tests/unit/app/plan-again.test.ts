import { expect, it } from 'vitest';
import { planAgain } from '#app/runs/plan-again.ts';
import type { RunStanding } from '#lib/run-view/read-run-view.ts';
import type { RunKind, RunRecord } from '#lib/runs/run-record.ts';
import type { VerifyOutcome } from '#lib/verify/conclude-verify.ts';

const runOf = (kind: RunKind, more: Partial<RunRecord> = {}): RunRecord => ({
  ...{ id: '20261121T000000Z-abcd', kind, connection: 'source', target: 'live', backup: '20261120T000000Z-00aaaa' },
  ...{ startedAt: '2026-11-21T00:00:00.000Z', eventId: 'e', engineRunId: 'r', parent: null },
  ...more,
});
const again = (run: RunRecord, status: RunStanding) => planAgain({ run, status, result: null });

it('leads to the guided page with what is known of the run', () => {
  expect(again(runOf('restore'), 'cancelled')).toEqual({
    action: 'restore',
    page: '/restore?backup=20261120T000000Z-00aaaa&from=source&to=live',
  });
  const transfer = again(runOf('transfer', { backup: null }), 'failed');
  expect(transfer).toEqual({ action: 'transfer', page: '/transfer?from=source&to=live' });
});

it('starts what needs no choice', () => {
  const drill = { connection: 'source', backup: '20261120T000000Z-00aaaa' };
  expect(again(runOf('drill', { target: null }), 'proof-failed')).toMatchObject({
    ...{ address: '/api/v1/drills', body: drill },
  });
  // Beside the database that it was asked for.
  expect(again(runOf('drill'), 'proof-failed')).toMatchObject({ body: { ...drill, to: 'live' } });
  // What a failed backup was called is no backup.
  expect(again(runOf('backup'), 'failed')).toMatchObject({ body: { connection: 'source' } });
});

it('reads a sample again where a sample was read', () => {
  const run = runOf('verify', { target: null });
  const outcome: VerifyOutcome = {
    ...{ backup: run.backup ?? '', connection: 'source', objects: 3, stored: 30, rows: '3', damaged: 1, damage: [] },
    ...{ sample: { percent: 10, ofObjects: 30, ofStored: 300 }, shared: { backups: [], notRead: 0 } },
    quarantined: { moved: [], stays: [] },
  };
  const ended = { exitCode: 5, completedAt: run.startedAt, durationMs: 1, error: null, timeline: [] };
  const bodyOf = (found: VerifyOutcome | null) =>
    planAgain({ run, status: 'failed', result: { ...ended, run, status: 'failed', outcome: found } });
  const address = `/api/v1/backups/source/${run.backup}/verify`;
  expect(bodyOf(outcome)).toEqual({ action: 'verify', address, body: { sample: 10 } });
  expect(bodyOf({ ...outcome, sample: null })).toEqual({ action: 'verify', address, body: {} });
  expect(bodyOf(null)).toEqual({ action: 'verify', address, body: {} });
});

it('is nothing for a run that is at work or came to a good end', () => {
  for (const status of ['completed', 'running', 'waiting', 'interrupted'] as const) {
    expect(again(runOf('backup'), status)).toBeNull();
  }
});

it('is nothing for what the service starts by itself, or is asked for on the page of another run', () => {
  for (const kind of ['sweep', 'prune', 'rollback', 'discard'] as const) {
    expect(again(runOf(kind), 'failed'), kind).toBeNull();
  }
  expect(again(runOf('restore', { connection: null }), 'failed')).toBeNull();
});
