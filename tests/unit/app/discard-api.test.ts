import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { POST as sendEvent } from '#app/api/v1/events/route.ts';
import { POST as discard } from '#app/api/v1/runs/[id]/discard/route.ts';
import { POST as rollBack } from '#app/api/v1/runs/[id]/rollback/route.ts';
import { listAudit } from '#lib/audit/audit-store.ts';
import { overrideEnvironment } from '#lib/config/environment.ts';
import { writeCutover } from '#lib/cutover/cutover-store.ts';
import { writeRecoveryPlan } from '#lib/recovery/recovery-plan.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import type { Repository } from '#lib/repository/repository.ts';
import type { RunKind } from '#lib/runs/run-record.ts';
import { closeRun, openRun } from '#lib/runs/run-store.ts';

const token = 'the-token-of-the-environment-0123456789';
const [restored, recovered] = ['20261121T000001Z-abcd', '20261121T000002Z-abcd'];
let folder: string;
let repository: Repository;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-discard-'));
  const location = `file:${join(folder, 'repository')}`;
  repository = await openRepository({ location, access: 'write' });
  const config = join(folder, 'holdfast.config.ts');
  await writeFile(config, 'export default { connections: { live: { protected: true } } };\n');
  overrideEnvironment({
    ...{ HOLDFAST_CONFIG: config, HOLDFAST_REPOSITORY: location, HOLDFAST_TOKEN: token },
    HOLDFAST_DATABASE_LIVE_URL: 'postgres://nobody@127.0.0.1:1/live',
    // Nobody listens there.
    INNGEST_DEV: 'http://127.0.0.1:1',
  });
  await play(restored, 'restore');
  await writeCutover(repository, {
    ...{ run: restored, target: 'live', because: 'by a test', state: 'live', staging: null },
    details: {
      ...{ strategy: 'database-swap', maintenance: 'postgres', live: 'live', liveOid: '1', staging: 'live_staging' },
      ...{ stagingOid: '2', before: 'live_before', rolledBack: 'live_rolled_back' },
    },
    putAside: { database: 'live_before', host: null },
    ...{ cutOverAt: '2026-11-21T00:00:00.000Z', interruptionMs: 1, cutOverLsn: null, notes: [] },
  });
  await play(recovered, 'recover');
  await writeRecoveryPlan(repository, recovered, {
    ...{ backup: '20261120T000000Z-00aaaa', schema: 'rescue', unlogged: false },
    ...{ tables: [], create: [], rows: [], keys: [], leftOut: [] },
  });
});

afterAll(async () => {
  overrideEnvironment({});
  await rm(folder, { recursive: true });
});

async function play(id: string, kind: RunKind): Promise<void> {
  const about = { connection: 'live', target: 'live', backup: null, parent: null };
  const startedAt = '2026-11-21T00:00:00.000Z';
  const run = await openRun(repository, { id, kind, startedAt, eventId: id, engineRunId: id, ...about });
  const ending = { exitCode: 0, completedAt: startedAt, durationMs: 9_000, outcome: null, error: null };
  await closeRun(repository, { run, status: 'completed', ...ending });
}

async function ask(
  route: typeof discard,
  { id, body, key }: { id: string; body?: object; key?: string },
): Promise<[status: number, code: unknown]> {
  const headers = { authorization: `Bearer ${token}`, ...(key === undefined ? {} : { 'idempotency-key': key }) };
  const init = { method: 'POST', headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const answer = await route(new Request('http://localhost/', init), { params: Promise.resolve({ id }) });
  const json: unknown = await answer.json();
  return [answer.status, typeof json === 'object' && json !== null ? Reflect.get(json, 'code') : undefined];
}

it.each([
  ['a restore wants the name of its target', restored, 'live'],
  ['a recovery of tables wants the name of its side schema', recovered, 'rescue'],
])('the discard of %s', async (_what, id, name) => {
  expect(await ask(discard, { id })).toEqual([409, 'not_confirmed']);
  expect(await ask(discard, { id, body: { confirm: `${name}.` } })).toEqual([400, 'wrong_confirmation']);
  expect(await ask(discard, { id, body: { confirm: name, force: true } })).toEqual([400, 'bad_body']);
  // Past every check: nobody takes the event.
  expect(await ask(discard, { id, body: { confirm: name } })).toEqual([503, 'event_not_sent']);
  const { entries } = await listAudit(repository, { limit: 4 });
  const about = { what: 'discard', object: 'live', run: id };
  expect(entries).toEqual(expect.arrayContaining([expect.objectContaining({ ...about, outcome: 'refused' })]));
  expect(entries).toEqual(expect.arrayContaining([expect.objectContaining({ ...about, outcome: 'accepted' })]));
});

it.each([
  ['of a restore', restored, 'live'],
  ['of a recovery of tables', recovered, 'rescue'],
])('the discard %s that comes as an event wants the name too', async (_what, run, name) => {
  const send = async (data: object): Promise<[status: number, code: unknown]> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ name: 'holdfast/discard.requested', data: { run, ...data } });
    const answer = await sendEvent(new Request('http://localhost/', { method: 'POST', headers, body }));
    const { code } = (await answer.json()) as { code?: string };
    return [answer.status, code];
  };
  expect(await send({})).toEqual([409, 'not_confirmed']);
  expect(await send({ confirm: `${name}.` })).toEqual([400, 'wrong_confirmation']);
  expect(await send({ confirm: name })).toEqual([503, 'event_not_sent']);
});

it('a key stands for one discard, and for one rollback', async () => {
  const body = { confirm: 'live' };
  expect(await ask(discard, { id: restored, body, key: 'one' })).toEqual([503, 'event_not_sent']);
  // The check that would pass no more is not made again for what was asked for already.
  expect(await ask(discard, { id: restored, body, key: 'one' })).toEqual([503, 'event_not_sent']);
  expect(await ask(discard, { id: recovered, body: { confirm: 'rescue' }, key: 'one' })).toEqual([
    ...[409, 'idempotency_key_reused'],
  ]);
  expect(await ask(discard, { id: restored, body, key: 'two words' })).toEqual([400, 'bad_idempotency_key']);
  expect(await ask(rollBack, { id: restored, key: 'one' })).toEqual([409, 'rollback_refused']);
  expect(await ask(rollBack, { id: restored, body, key: 'one' })).toEqual([503, 'event_not_sent']);
  expect(await ask(rollBack, { id: restored, key: 'one' })).toEqual([409, 'idempotency_key_reused']);
});
