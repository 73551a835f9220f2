import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { POST } from '#app/api/v1/events/route.ts';
import { attachClientRoute, type SentEvent } from '#inngest/local/client-route.ts';
import { createToken } from '#lib/access/token-store.ts';
import { listAudit } from '#lib/audit/audit-store.ts';
import { overrideEnvironment } from '#lib/config/environment.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { manifestKey } from '#lib/repository/repository-keys.ts';
import { noteChild } from '#lib/runs/children-store.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import { closeRun, openRun } from '#lib/runs/run-store.ts';
import { markWaiting } from '#lib/runs/waiting-store.ts';

const [older, newer] = ['20261120T000000Z-00aaaa', '20261121T000000Z-00aaaa'];
const cancelled = 'holdfast/run.cancelled';
let folder: string;
let repository: Repository;
let detach: () => void;
/** What came to the engine. */
const received: SentEvent[] = [];
let staging: string;
let other: string;
let admin: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-events-'));
  repository = await openRepository({ location: `file:${folder}`, access: 'write' });
  const token = async (role: 'operator' | 'admin', connections: string[]) =>
    (await createToken(repository, { name: role, role, connections, expiresIn: null }, { by: 'test' })).text;
  staging = await token('operator', ['staging']);
  other = await token('operator', ['staging']);
  admin = await token('admin', ['staging', 'production']);
  for (const backup of [
    { connection: 'staging', backupId: older },
    { connection: 'production', backupId: newer },
  ]) {
    await repository.store.put(manifestKey(backup), [Buffer.from('{}')]);
  }
  detach = attachClientRoute('holdfast', async (events) => {
    received.push(...events);
    return events.map(({ id = '' }) => id);
  });
  overrideEnvironment({ HOLDFAST_REPOSITORY: `file:${folder}` });
});

afterAll(async () => {
  detach();
  overrideEnvironment({});
  await rm(folder, { recursive: true });
});

const answerSchema = z.looseObject({ ids: z.array(z.string()).optional(), code: z.string().optional() });

async function send(token: string, event: { name: string; data: object; id?: string }) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const request = new Request('http://localhost/api/v1/events', {
    ...{ method: 'POST', headers, body: JSON.stringify(event) },
  });
  const answer = await POST(request);
  const { ids, code } = answerSchema.parse(await answer.json());
  return { status: answer.status, code, id: ids?.[0], event: received.at(-1) };
}

/** A run that is a record only, with `event-<id>` as its event. */
async function open(id: string, about: Partial<RunRecord>): Promise<RunRecord> {
  const run = { id, kind: 'transfer', connection: 'production', target: 'staging', backup: null } as const;
  const startedAt = '2026-11-21T00:00:00.000Z';
  const ids = { eventId: `event-${id}`, engineRunId: id, parent: null };
  return openRun(repository, { ...run, startedAt, ...ids, ...about });
}

it('an id is its caller’s own, and of the event’s name', async () => {
  const backup = { name: 'holdfast/backup.requested', data: { connection: 'staging' } };
  const chosen = `${newer}.cancelled`;
  const first = await send(staging, { ...backup, id: chosen });
  expect(first).toMatchObject({ status: 202, id: expect.stringMatching(/^api\.[0-9a-f]{16}\./) });
  expect(first.id?.endsWith(`.${chosen}`)).toBe(true);
  expect(first.event?.id).toBe(first.id);
  expect((await send(staging, { ...backup, id: chosen })).id).toBe(first.id);

  const drill = { name: 'holdfast/drill.requested', data: { connection: 'staging' }, id: chosen };
  const others = [
    await send(other, { ...backup, id: chosen }),
    await send(staging, drill),
    await send(staging, backup),
  ];
  expect(new Set([first, ...others].map(({ id }) => id)).size).toBe(4);
});

it('a restore is sent with the backup that its caller may see, and whose it is', async () => {
  const { status, event } = await send(staging, {
    ...{ name: 'holdfast/restore.requested', data: { backup: 'latest', to: 'staging' } },
  });
  expect([status, event?.data]).toEqual([202, { backup: older, from: 'staging', to: 'staging' }]);
  const verify = { name: 'holdfast/verify.requested', data: { backup: 'latest' } };
  expect((await send(admin, verify)).event?.data).toEqual({ backup: newer, from: 'production' });
  expect((await send(staging, { ...verify, data: { backup: newer } })).status).toBe(404);
  const foreign = { backup: 'latest', from: 'production', to: 'staging' };
  expect(await send(staging, { name: 'holdfast/restore.requested', data: foreign })).toMatchObject({ status: 403 });
});

it('a run is decided about by its whole, of which all must lie in the scope', async () => {
  const root = await open('20261121T010000Z-00aaaa', {});
  const about = { kind: 'restore', connection: 'staging', parent: root.id } as const;
  const part = await open('20261121T010001Z-00aaaa', about);
  await noteChild(repository, { run: root.id, step: 'restore' }, part.id);
  const cancel = { name: cancelled, data: { run: part.id, eventId: part.eventId } };
  const approve = { name: 'holdfast/run.approved', data: { run: root.id } };
  expect(await send(staging, cancel)).toMatchObject({ status: 404, code: 'unknown_run' });
  expect(await send(staging, approve)).toMatchObject({ status: 404, code: 'unknown_run' });
  const rollback = { name: 'holdfast/rollback.requested', data: { run: root.id } };
  expect(await send(staging, rollback)).toMatchObject({ status: 404, code: 'unknown_run' });
  const { entries } = await listAudit(repository, { limit: 1 });
  expect(entries[0]).toMatchObject({ what: 'rollback', object: root.id, detail: { code: 'out_of_scope' } });

  expect(await send(admin, approve)).toMatchObject({ status: 409, code: 'not_waiting' });
  const until = new Date(Date.now() + 60_000).toISOString();
  await markWaiting(repository, part.id, { for: 'approval', what: 'the copy', until });
  expect(await send(admin, approve)).toMatchObject({ status: 202, event: { data: { run: part.id } } });

  const wrong = { name: cancelled, data: { run: part.id, eventId: 'event-of-another' } };
  expect(await send(admin, wrong)).toMatchObject({ status: 400, code: 'wrong_event' });
  const whole = { run: root.id, eventId: root.eventId };
  expect(await send(admin, cancel)).toMatchObject({ status: 202, event: { data: whole } });
  const ending = { status: 'cancelled', exitCode: 6, completedAt: '2026-11-21T01:00:09.000Z' } as const;
  await closeRun(repository, { run: root, ...ending, durationMs: 9_000, outcome: null, error: null });
  expect(await send(admin, { name: cancelled, data: whole })).toMatchObject({ status: 409, code: 'run_ended' });
});

it('what sweeps the chunks of all is not for who is limited to some', async () => {
  for (const data of [{}, { connection: 'staging' }]) {
    const { status, code } = await send(admin, { name: 'holdfast/prune.requested', data });
    expect([status, code]).toEqual([403, 'out_of_scope']);
  }
  expect((await send(admin, { name: 'holdfast/sweep.requested', data: {} })).status).toBe(403);
});
