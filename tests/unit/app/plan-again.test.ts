import { expect, it } from 'vitest';
import { planAgain } from '#app/runs/plan-again.ts';
import type { RunKind, RunRecord } from '#lib/runs/run-record.ts';

const runOf = (kind: RunKind, more: Partial<RunRecord> = {}): RunRecord => ({
  ...{ id: '20261121T000000Z-abcd', kind, connection: 'source', target: 'live', backup: '20261120T000000Z-00aaaa' },
  ...{ startedAt: '2026-11-21T00:00:00.000Z', eventId: 'e', engineRunId: 'r', parent: null },
  ...more,
});

it('leads to the guided page with what is known of the run', () => {
  expect(planAgain({ run: runOf('restore'), status: 'cancelled' })).toEqual({
    action: 'restore',
    page: '/restore?backup=20261120T000000Z-00aaaa&from=source&to=live',
  });
  const transfer = planAgain({ run: runOf('transfer', { backup: null }), status: 'failed' });
  expect(transfer).toEqual({ action: 'transfer', page: '/transfer?from=source&to=live' });
});

it('starts what needs no choice', () => {
  const drill = planAgain({ run: runOf('drill'), status: 'proof-failed' });
  expect(drill).toMatchObject({
    address: '/api/v1/drills',
    body: { connection: 'source', backup: '20261120T000000Z-00aaaa' },
  });
  // What a failed backup was called is no backup.
  expect(planAgain({ run: runOf('backup'), status: 'failed' })).toMatchObject({ body: { connection: 'source' } });
});

it('is nothing for a run that is at work or came to a good end, or that the service starts by itself', () => {
  for (const status of ['completed', 'running', 'waiting', 'interrupted'] as const) {
    expect(planAgain({ run: runOf('backup'), status })).toBeNull();
  }
  expect(planAgain({ run: runOf('sweep', { connection: null }), status: 'failed' })).toBeNull();
  expect(planAgain({ run: runOf('restore', { connection: null }), status: 'failed' })).toBeNull();
});
