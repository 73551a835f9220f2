import { hostname } from 'node:os';
import { expect, it } from 'vitest';
import { logTick } from '#inngest/audit/log-tick.ts';
import { listAudit, writeAuditOnce } from '#lib/audit/audit-store.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import { openFileRepository } from '#tests/support/file-repository.ts';

const run: RunRecord = {
  ...{ id: '20261121T044700Z-00abcd', kind: 'prune', connection: null, target: null, backup: null, parent: null },
  ...{ startedAt: '2026-11-21T04:47:00.500Z', eventId: 'e1', engineRunId: 'r1' },
};
const asks = 'holdfast/prune.requested';

it('the daily tick of a prune is one entry of the log, however often its step is tried', async () => {
  await using place = await openFileRepository();
  const { repository } = place;
  const tick = { context: { event: { name: 'inngest/scheduled.timer' } }, run, asks };
  await logTick({ repository }, tick);
  await logTick({ repository }, tick);
  const { entries } = await listAudit(repository, { limit: 9 });
  expect(entries).toEqual([
    {
      ...{ id: expect.stringMatching(/^20261121T044700Z-/), at: run.startedAt, role: null, from: hostname() },
      ...{ who: { kind: 'schedule', id: 'prune', name: 'schedule prune' }, what: asks, object: null },
      ...{ outcome: 'accepted', run: run.id, detail: { event: 'e1' } },
    },
  ]);
  // Whoever sends an event has logged it.
  await logTick({ repository }, { ...tick, context: { event: { name: asks } } });
  expect((await listAudit(repository, { limit: 9 })).entries).toHaveLength(1);
});

it('the first entry of a moment and a thing stays, and another thing has its own', async () => {
  await using place = await openFileRepository();
  const { repository } = place;
  const note = {
    who: { kind: 'retention', id: 'a', name: 'retention of a' },
    role: null,
    from: 'here',
    what: asks,
  } as const;
  const at = new Date(run.startedAt);
  for (const [of, outcome] of [
    ['x', 'accepted'],
    ['x', 'failed'],
    ['y', 'failed'],
  ] as const) {
    await writeAuditOnce(repository, { ...note, object: of, outcome }, { at, of });
  }
  const { entries } = await listAudit(repository, { limit: 9 });
  const seen = entries.map(({ object, outcome }) => `${object} ${outcome}`).sort();
  expect(seen).toEqual(['x accepted', 'y failed']);
});
