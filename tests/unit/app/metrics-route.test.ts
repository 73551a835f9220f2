import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { GET as getLive } from '#app/api/health/live/route.ts';
import { GET as getReady } from '#app/api/health/ready/route.ts';
import { GET as getMetrics } from '#app/api/metrics/route.ts';
import { overrideEnvironment } from '#lib/config/environment.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import { closeRun, openRun } from '#lib/runs/run-store.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { parsePrometheus } from '#tests/support/parse-prometheus.ts';

let folder: string;

beforeAll(async () => {
  // Only the clock stands still: the route keeps an answer for a while of it.
  vi.useFakeTimers({ toFake: ['Date'] });
  folder = await mkdtemp(join(tmpdir(), 'holdfast-metrics-'));
  overrideEnvironment({
    HOLDFAST_REPOSITORY: `file:${folder}`,
    HOLDFAST_TOKEN: 't0ken',
    HOLDFAST_DATABASE_SHOP_URL: 'x',
  });
  await endRun('00aaaa');
});

afterAll(async () => {
  vi.useRealTimers();
  overrideEnvironment({});
  await rm(folder, { recursive: true });
});

/** A backup that has ended now, as its run's record has it. */
async function endRun(suffix: string): Promise<void> {
  const { repository } = await openWorkspace({ create: true });
  const now = new Date().toISOString();
  const id = `${now.replaceAll(/[-:]/g, '').slice(0, 15)}Z-${suffix}`;
  const about = { kind: 'backup', connection: 'shop', target: null, backup: id, parent: null } as const;
  const run: RunRecord = { id, ...about, startedAt: now, eventId: 'e', engineRunId: 'r' };
  await openRun(repository, run);
  const totals = { rows: '7', bytes: '9007199254740993', stored: '3', newStored: '0' };
  const ended = { status: 'completed', exitCode: 0, completedAt: now, durationMs: 5, outcome: { totals } } as const;
  await closeRun(repository, { run, ...ended, error: null });
}

const ask = (authorization: string): Promise<Response> =>
  getMetrics(new Request('http://h/api/metrics', { headers: { authorization } }));

it('measures for who carries the token, and asks the repository again only after a while', async () => {
  expect((await ask('Bearer wrong')).status).toBe(401);
  const first = await ask('Bearer t0ken');
  expect(first.status).toBe(200);
  expect(first.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const text = await first.text();
  const labels = { connection: 'shop' };
  const samples = parsePrometheus(text);
  expect(samples).toContainEqual({ name: 'holdfast_last_backup_rows', labels, value: 7 });
  const counted = { connection: 'shop', kind: 'backup', status: 'completed' };
  expect(samples).toContainEqual({ name: 'holdfast_runs', labels: counted, value: 1 });
  await endRun('00bbbb');
  expect(await (await ask('Bearer t0ken')).text()).toBe(text);
  vi.setSystemTime(Date.now() + 16_000);
  const later = parsePrometheus(await (await ask('Bearer t0ken')).text());
  expect(later).toContainEqual({ name: 'holdfast_runs', labels: counted, value: 2 });
});

it('is alive whatever happens, and ready where a run could be done; both without a token', async () => {
  expect([getLive().status, (await getReady()).status]).toEqual([200, 200]);
});
