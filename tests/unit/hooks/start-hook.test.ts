import { createHash, createHmac } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { GET as OUTCOME } from '#app/api/hooks/[name]/outcome/route.ts';
import { POST } from '#app/api/hooks/[name]/route.ts';
import { attemptsOfAll, countLookup, lookupsOfOne } from '#app/http/attempt-limits.ts';
import { attachClientRoute, type SentEvent } from '#inngest/local/client-route.ts';
import { listAudit } from '#lib/audit/audit-store.ts';
import { overrideEnvironment } from '#lib/config/environment.ts';
import { claimDelivery, readDelivery, settleFailed } from '#lib/hooks/delivery-store.ts';
import { createHookToken } from '#lib/hooks/hook-token-store.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { listRecentRuns } from '#lib/runs/list-recent-runs.ts';
import { deriveRunId } from '#lib/runs/run-id.ts';
import { closeRun, openRun } from '#lib/runs/run-store.ts';

let folder: string;
let place: string;
let repository: Repository;
let detach: () => void;
const tokens = new Map<string, string>();
/** The events that were taken. */
const sent: SentEvent[] = [];
/** What happens beside taking an event; throwing, it is not taken. */
let onSend = async (): Promise<void> => undefined;

const hooks = {
  deploy: { start: 'backup', connection: 'shop' },
  move: { start: 'transfer', connection: 'shop', to: 'neon', fence: true, confirm: 'neon' },
  push: {
    ...{ start: 'backup', connection: 'shop', signature: 'github', secretFrom: 'START_HOOK_SECRET', refs: ['main'] },
  },
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-start-hook-'));
  place = join(folder, 'repository');
  repository = await openRepository({ location: `file:${place}`, access: 'write' });
  for (const name of ['deploy', 'move']) {
    tokens.set(name, (await createHookToken(repository, name, { by: 'test' })).text);
  }
  const config = join(folder, 'holdfast.config.ts');
  const connections = { shop: {}, neon: { protected: true } };
  await writeFile(config, `export default ${JSON.stringify({ connections, hooks })};\n`);
  const ours = { HOLDFAST_CONFIG: config, HOLDFAST_REPOSITORY: `file:${place}`, START_HOOK_SECRET: 'secret' };
  overrideEnvironment(ours);
  detach = attachClientRoute('holdfast', async (events) => {
    await onSend();
    sent.push(...events);
    for (const event of events) await beginRun(event);
    return events.map((_, index) => `engine-${index}`);
  });
});

beforeEach(() => {
  sent.length = 0;
  onSend = async () => undefined;
});

afterAll(async () => {
  detach();
  overrideEnvironment({});
  await rm(folder, { recursive: true });
});

/** The record that the run of an event opens with. */
async function beginRun({ id = '', ts = 0, name }: Pick<SentEvent, 'id' | 'ts' | 'name'>) {
  const isTransfer = name === 'holdfast/transfer.requested';
  return openRun(repository, {
    ...{ id: deriveRunId(ts, id), kind: isTransfer ? 'transfer' : 'backup', connection: 'shop' },
    ...{ target: isTransfer ? 'neon' : null, backup: '20261121T014500Z-x7k2qd', parent: null },
    ...{ startedAt: new Date(ts).toISOString(), eventId: id, engineRunId: id },
  });
}

async function post(name: string, { key, query = '', ...init }: RequestInit & { key?: string; query?: string } = {}) {
  const token = tokens.has(name) ? `&token=${tokens.get(name)}` : '';
  const request = new Request(`http://localhost/api/hooks/${name}?${query}${token}`, { method: 'POST', ...init });
  if (key !== undefined) request.headers.set('idempotency-key', key);
  const answer = await POST(request, { params: Promise.resolve({ name }) });
  return { status: answer.status, json: await answer.json() };
}

async function look(name: string, ticket: string, address = '10.9.0.1') {
  const url = `http://localhost/api/hooks/${name}/outcome?ticket=${ticket}`;
  const request = new Request(url, { headers: { 'x-holdfast-peer': address } });
  const answer = await OUTCOME(request, { params: Promise.resolve({ name }) });
  return { status: answer.status, json: await answer.json() };
}

/** A delivery that another process has claimed under a key, and when. */
async function claimed(key: string, hoursAgo: number) {
  const id = createHash('sha256').update(`key ${key}`).digest('hex');
  const at = Date.now() - hoursAgo * 3_600_000;
  return (await claimDelivery(repository, { hook: 'deploy', id, now: at })).delivery;
}

it('a delivery whose process has died is handed over by the next attempt, as the same event', async () => {
  const { events, at } = await claimed('died', 0.001);
  const { status, json } = await post('deploy', { key: 'died' });
  expect([status, json.state]).toEqual([202, 'open']);
  expect(json.run).toMatch(/^\d{8}T/);
  expect(sent).toMatchObject([{ id: events[0], ts: Date.parse(at), name: 'holdfast/backup.requested' }]);
  expect(await post('deploy', { key: 'died' })).toMatchObject({ status: 202, json: { run: json.run } });
  expect(sent).toHaveLength(1);
});

it('one that Inngest has forgotten is not handed over again where its run has begun', async () => {
  const { events, at } = await claimed('begun', 30);
  const run = await beginRun({ id: events[0], ts: Date.parse(at), name: '' });
  expect(await post('deploy', { key: 'begun' })).toMatchObject({ status: 202, json: { run: run.id } });
  expect(sent).toEqual([]);
});

it('one that is days old and was never handed over begins now, where all who look at runs of these days see it', async () => {
  const { events, at } = await claimed('late', 24 * 9);
  const before = Date.now();
  const { status, json } = await post('deploy', { key: 'late' });
  expect(status).toBe(202);
  const [event] = sent;
  expect([event?.id === events[0], event?.ts === Date.parse(at)]).toEqual([false, false]);
  expect(event?.ts).toBeGreaterThanOrEqual(before);
  expect((await listRecentRuns(repository, { now: new Date() })).map(({ id }) => id)).toContain(json.run);
  expect(await post('deploy', { key: 'late' })).toMatchObject({ status: 202, json: { run: json.run } });
  expect(sent).toHaveLength(1);
});

it('a wait begins when the event is taken, however old the delivery is', async () => {
  await claimed('old', 2);
  // The default of 30 minutes would be over.
  const signal = AbortSignal.abort();
  expect(await post('deploy', { key: 'old', query: 'wait=1', signal })).toMatchObject({
    ...{ status: 303, json: { state: 'open' } },
  });
});

it('an event that was taken counts as taken where that cannot be written down', async () => {
  const marks = join(place, 'hooks', 'deploy');
  // In the way of every mark.
  onSend = async () => {
    await rename(marks, `${marks}-aside`);
    await writeFile(marks, '');
  };
  const { status, json } = await post('deploy', { key: 'unnoted' });
  await rm(marks);
  await rename(`${marks}-aside`, marks);
  expect([status, json.state]).toEqual([202, 'open']);
  expect(json.run).toMatch(/^\d{8}T/);
  const id = createHash('sha256').update('key unnoted').digest('hex');
  expect(await readDelivery(repository, { hook: 'deploy', id })).toMatchObject({ state: 'claimed' });
  onSend = async () => undefined;
  expect(await post('deploy', { key: 'unnoted' })).toMatchObject({ status: 202, json: { run: json.run } });
  expect(sent).toHaveLength(1);
  expect(await readDelivery(repository, { hook: 'deploy', id })).toMatchObject({ state: 'sent' });
});

it('who follows a delivery that was not taken is told so, and what to do', async () => {
  const delivery = await claimed('failed', 0);
  expect(await look('deploy', delivery.ticket)).toMatchObject({ status: 202 });
  await settleFailed(repository, delivery);
  expect(await look('deploy', delivery.ticket)).toMatchObject({
    ...{ status: 503, json: { code: 'event_not_sent', hint: expect.stringContaining('same Idempotency-Key') } },
  });
});

it('tickets that are wrong are limited, and right ones are not', async () => {
  const { ticket } = await claimed('watched', 0);
  for (let n = 0; n < lookupsOfOne + 5; n += 1) expect((await look('deploy', ticket)).status).toBe(202);
  const wrong = `${'0'.repeat(64)}.${'x'.repeat(43)}`;
  for (let n = 0; n < lookupsOfOne; n += 1) expect((await look('deploy', wrong)).status).toBe(404);
  expect(await look('deploy', wrong)).toMatchObject({ status: 429, json: { code: 'too_many_attempts' } });
  expect((await look('deploy', ticket, '10.9.0.2')).status).toBe(202);
  // What cannot be a ticket costs nothing, and who has the hook's token follows whatever others have tried.
  for (let n = 0; n < lookupsOfOne + 5; n += 1) expect((await look('deploy', 'x', '10.9.0.3')).status).toBe(404);
  await post('deploy', { key: 'follower', headers: { 'x-holdfast-peer': '10.9.0.4' } });
  for (let n = 0; n < attemptsOfAll; n += 1) await countLookup(`10.8.${n >> 8}.${n & 255}`).catch(() => undefined);
  expect((await look('deploy', ticket, '10.9.0.5')).status).toBe(429);
  expect((await look('deploy', ticket, '10.9.0.4')).status).toBe(202);
});

it('a transfer is asked for as the config names it, and told to its end', async () => {
  const begun = await post('move', { key: 'move', query: 'sha=4f2a91&ref=main' });
  expect(begun).toMatchObject({ status: 202, json: { start: 'transfer', state: 'open' } });
  expect(sent).toMatchObject([
    {
      ...{ name: 'holdfast/transfer.requested', id: begun.json.event },
      data: { from: 'shop', to: 'neon', fence: true, confirm: 'neon' },
    },
  ]);
  const { entries } = await listAudit(repository, { limit: 1 });
  expect(entries).toMatchObject([
    {
      ...{ what: 'holdfast/transfer.requested', object: 'neon', outcome: 'accepted' },
      detail: { from: 'shop', sha: '4f2a91', ref: 'main' },
    },
  ]);
  const run = await beginRun({ id: sent[0]?.id, ts: sent[0]?.ts, name: sent[0]?.name ?? '' });
  const result = { run, completedAt: new Date().toISOString(), durationMs: 1, outcome: {} };
  await closeRun(repository, { ...result, status: 'completed', exitCode: 0, error: null });
  const message = `Run ${run.id} moved shop to neon, and proved the copy.`;
  expect(await post('move', { key: 'move', query: 'wait=1' })).toMatchObject({
    ...{ status: 200, json: { state: 'done', run: run.id, message, exitCode: 0 } },
  });
});

it('a copy that is not equal is told with the exit code of a failed proof', async () => {
  await post('move', { key: 'unequal' });
  const run = await beginRun({ id: sent[0]?.id, ts: sent[0]?.ts, name: sent[0]?.name ?? '' });
  const error = { name: 'ProofFailedError', code: 'proof_failed', message: 'No.', hint: 'Look.', exitCode: 4 };
  const result = { run, completedAt: new Date().toISOString(), durationMs: 1, outcome: {} };
  await closeRun(repository, { ...result, status: 'proof-failed', exitCode: 4, error });
  expect(await post('move', { key: 'unequal', query: 'wait=1' })).toMatchObject({
    ...{ status: 422, json: { state: 'not-done', exitCode: 4, code: 'proof_failed' } },
  });
});

it('a signed webhook counts once, also one that starts nothing, whatever its header calls it', async () => {
  const sha = 'ab'.repeat(20);
  const push = (ref: string) => {
    const about = { before: sha, after: sha, commits: [], repository: { pushed_at: Math.floor(Date.now() / 1_000) } };
    return JSON.stringify({ ref: `refs/heads/${ref}`, ...about });
  };
  const send = (event: string, body: string) => {
    const signature = `sha256=${createHmac('sha256', 'secret').update(body).digest('hex')}`;
    return post('push', { body, headers: { 'x-github-event': event, 'x-hub-signature-256': signature } });
  };
  const replayed = { status: 409, json: { code: 'hook_replayed' } };
  const captured = push('main');
  expect(await send('ping', captured)).toMatchObject({ status: 200, json: { state: 'ignored' } });
  expect(await send('push', captured)).toMatchObject(replayed);
  const elsewhere = push('feature');
  expect(await send('push', elsewhere)).toMatchObject({ status: 200, json: { state: 'ignored' } });
  expect(await send('push', elsewhere)).toMatchObject(replayed);
  expect(sent).toEqual([]);
  const body = `${push('main')} `;
  expect(await send('push', body)).toMatchObject({ status: 202, json: { state: 'open' } });
  expect(await send('push', body)).toMatchObject(replayed);
  expect(sent).toHaveLength(1);
});
