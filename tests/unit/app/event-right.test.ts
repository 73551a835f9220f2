import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requireItsEvent } from '#app/api/v1/events/event-right.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { openRun } from '#lib/runs/run-store.ts';

const id = '20261121T014500Z-00aaaa';
let folder: string;
let repository: Repository;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-events-'));
  repository = await openRepository({ location: `file:${folder}`, access: 'write' });
  await openRun(repository, {
    ...{ id, kind: 'backup', connection: 'shop', target: null, backup: null, parent: null },
    ...{ eventId: 'of-shop', engineRunId: 'E1', startedAt: '2026-11-21T01:45:00.000Z' },
  });
});

afterAll(() => rm(folder, { recursive: true }));

it('lets a run be cancelled by the event that started it alone', async () => {
  const cancel = (eventId: string, run = id) =>
    requireItsEvent(async () => repository, { name: 'holdfast/run.cancelled', data: { run, eventId } });
  await cancel('of-shop');
  await expect(cancel('of-production')).rejects.toMatchObject({ name: 'UsageError', code: 'wrong_event' });
  await expect(cancel('of-shop', '20261121T014500Z-00bbbb')).rejects.toMatchObject({ code: 'wrong_event' });
});
