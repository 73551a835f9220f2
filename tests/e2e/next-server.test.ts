import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findManifest } from '#lib/manifest/manifest-store.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { expectEqualDatabases } from '#tests/support/compare-databases.ts';
import { parsePrometheus } from '#tests/support/parse-prometheus.ts';
import { shutGate, writeGatedConfig } from '#tests/support/query-gate.ts';
import { createDatabase, type TestDatabase } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';
import { type AppServer, spawnApp, startApp, token } from './app-server.ts';
import { waitForResult } from './run-of-event.ts';

const backupOutcome = z.object({ backup: z.string(), epochs: z.number(), pgDump: z.string() });

let folder: string;
let source: TestDatabase;
let environment: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-e2e-'));
  source = await createDatabase({ cluster: 'source' });
  await runSql(
    source.url,
    `create table players (id bigint generated always as identity primary key, name text not null);
     insert into players (name) select 'player ' || n from generate_series(1, 20000) n`,
  );
  await writeGatedConfig(join(folder, 'holdfast.config.ts'));
  environment = {
    HOLDFAST_CONFIG: join(folder, 'holdfast.config.ts'),
    HOLDFAST_REPOSITORY: `file:${join(folder, 'repository')}`,
    HOLDFAST_STATE: join(folder, 'state'),
    HOLDFAST_DATABASE_SOURCE_URL: source.url,
  };
});

afterAll(async () => {
  await source.drop();
  await rm(folder, { recursive: true });
});

function openOurs(): Promise<Repository> {
  return openRepository({ location: `file:${join(folder, 'repository')}`, access: 'write' });
}

/** Asks for a backup whose schema the WebAssembly pg_dump reads; answers the id of the event. */
async function askForBackup(app: AppServer): Promise<string> {
  const data = { connection: 'source', pgDump: 'wasm' };
  const { status, json } = await app.call('/api/v1/events', { name: 'holdfast/backup.requested', data });
  expect(status).toBe(202);
  const [id] = z.object({ ids: z.array(z.string()) }).parse(json).ids;
  return id ?? '';
}

describe('the built app on a single box, with no Inngest', () => {
  it('runs a backup asked for by an event, with the WebAssembly pg_dump, and shows it by its API', async () => {
    await using app = await startApp({ environment });
    const result = await waitForResult(await openOurs(), await askForBackup(app));
    expect(result).toMatchObject({ status: 'completed', exitCode: 0, error: null });
    const { backup, pgDump } = backupOutcome.parse(result.outcome);
    expect(pgDump).toBe('wasm');
    const manifest = await findManifest(await openOurs(), { backup });
    expect(manifest.totals.rows).toBe('20000');

    const runs = await app.call('/api/v1/runs');
    expect(runs.json).toMatchObject({ runs: [{ id: result.run.id, status: 'completed', backup }], next: null });
    const run = await app.call(`/api/v1/runs/${result.run.id}`);
    expect(run.json).toEqual(JSON.parse(JSON.stringify(result)));
    const backups = await app.call('/api/v1/backups?connection=source');
    expect(backups.json).toMatchObject({
      backups: [{ connection: 'source', backupId: backup, summary: { rows: '20000' } }],
      next: null,
    });
  });

  it('measures from the repository alone: another process says the same of the runs of the first', async () => {
    await using app = await startApp({ environment });
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${app.url}/api/metrics`, { headers });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const samples = parsePrometheus(await response.text());
    const source = { connection: 'source' };
    expect(samples).toContainEqual({ name: 'holdfast_last_backup_rows', labels: source, value: 20_000 });
    const completed = { ...source, kind: 'backup', status: 'completed' };
    expect(samples).toContainEqual({ name: 'holdfast_runs', labels: completed, value: 1 });
    expect(await app.call('/api/health/live')).toMatchObject({ status: 200, json: { live: true } });
    expect(await app.call('/api/health/ready')).toMatchObject({ status: 200, json: { ready: true } });
  });

  it('completes a backup in a new epoch after a SIGKILL in the middle', async () => {
    const repository = await openOurs();
    await using gate = await shutGate(source.url);
    await using killed = await startApp({ environment });
    const event = await askForBackup(killed);
    await gate.reached();
    await killed.kill('SIGKILL');
    await gate.open();

    await using next = await startApp({ environment });
    expect(next.log()).toContain('1 of them');
    const result = await waitForResult(repository, event);
    expect(result).toMatchObject({ status: 'completed', error: null });
    expect(backupOutcome.parse(result.outcome).epochs).toBe(2);
    const snapshots = result.timeline.filter(({ slug }) => slug.startsWith('snapshot-')).map(({ slug }) => slug);
    expect(snapshots).toEqual(['snapshot-1', 'snapshot-2']);
  });

  it('finishes the step under way on SIGTERM, ends, and goes on behind that step when it is started again', async () => {
    const repository = await openOurs();
    await using gate = await shutGate(source.url);
    await using stopped = await startApp({ environment });
    const event = await askForBackup(stopped);
    await gate.reached();
    const ended = stopped.kill('SIGTERM');
    // Long enough for a server that does not wait to have ended.
    expect(await Promise.race([ended, sleep(2_000, 'waiting')])).toBe('waiting');
    await gate.open();
    expect(await ended).toEqual({ status: 143, signal: null });

    await using next = await startApp({ environment });
    const result = await waitForResult(repository, event);
    expect(result).toMatchObject({ status: 'completed', error: null });
    // The snapshot went with the process; all that needed it was done.
    expect(backupOutcome.parse(result.outcome).epochs).toBe(1);
    const queries = result.timeline.find(({ slug }) => slug === 'queries-1');
    expect(queries?.attempts).toHaveLength(1);
    expect(next.log()).not.toContain('failed');
  });

  it('completes a restore after a SIGKILL in its proof, proven and equal', async () => {
    await using target = await createDatabase({ cluster: 'target' });
    const withTarget = { ...environment, HOLDFAST_DATABASE_TARGET_URL: target.url };
    await using gate = await shutGate(target.url);
    await using killed = await startApp({ environment: withTarget });
    const data = { backup: 'latest', from: 'source', to: 'target' };
    const restore = { name: 'holdfast/restore.requested', data, id: 'restore-after-kill' };
    const { status, json } = await killed.call('/api/v1/events', restore);
    expect(status).toBe(202);
    const [id = ''] = z.object({ ids: z.array(z.string()) }).parse(json).ids;
    expect(id).toMatch(/^api\.[0-9a-f]{16}\.restore-after-kill$/);
    await gate.reached();
    await killed.kill('SIGKILL');
    await gate.open();

    await using _next = await startApp({ environment: withTarget });
    const result = await waitForResult(await openOurs(), id);
    expect(result).toMatchObject({ status: 'completed', exitCode: 0, error: null });
    await expectEqualDatabases(source.url, target.url);
  });

  it('refuses to be the second server of a journal', async () => {
    await using first = await startApp({ environment });
    await using second = spawnApp({ environment });
    expect(await second.exited).toEqual({ status: 3, signal: null });
    expect(second.log()).toMatch(/holdfast: journal in use by pid \d+/);
    expect(second.log()).not.toContain('    at ');
    expect((await first.call('/api/health')).status).toBe(200);
  });

  it('starts what the config has scheduled, and not with a schedule that does not parse', async () => {
    const withSchedule = async (name: string, backup: string): Promise<Record<string, string>> => {
      const file = join(folder, name);
      const schedule = { backup, timezone: 'Asia/Kolkata' };
      await writeFile(file, `export default ${JSON.stringify({ connections: { source: { schedule } } })};\n`);
      return { ...environment, HOLDFAST_CONFIG: file, HOLDFAST_REPOSITORY: `file:${join(folder, 'scheduled')}` };
    };
    await using app = await startApp({ environment: await withSchedule('scheduled.mjs', '* * * * *') });
    expect(app.log()).toMatch(/schedule: backup of source, next \d{4}-\d\d-\d\dT\d\d:\d\d:00\.000Z/);
    // A tick comes within a minute.
    for (let result: unknown; result === undefined; await sleep(500)) {
      const { json } = await app.call('/api/v1/backups?connection=source');
      result = z.object({ backups: z.array(z.unknown()) }).safeParse(json).data?.backups[0];
    }
    await using refused = spawnApp({ environment: await withSchedule('nightly.mjs', 'nightly') });
    expect(await refused.exited).toEqual({ status: 2, signal: null });
    expect(refused.log()).toContain('connections.source.schedule.backup');
  });

  it('does not start with a config that does not parse', async () => {
    await using app = spawnApp({ environment: { ...environment, HOLDFAST_STEP_BUDGET: 'soon' } });
    expect(await app.exited).toEqual({ status: 2, signal: null });
    expect(app.log()).toContain('HOLDFAST_STEP_BUDGET is not a duration: "soon"');
    expect(app.log()).not.toContain('    at ');
  });
});

describe('the API of the built app', () => {
  it('is closed to a token that nobody has made, but for its health', async () => {
    await using app = await startApp({ environment: { ...environment, HOLDFAST_TOKEN: '' } });
    for (const path of ['/api/v1/runs', '/api/v1/runs/x', '/api/v1/backups', '/api/metrics']) {
      expect(await app.call(path)).toMatchObject({ status: 401, json: { code: 'token_wrong' } });
    }
    const event = { name: 'holdfast/backup.requested', data: { connection: 'source' } };
    expect(await app.call('/api/v1/events', event)).toMatchObject({ status: 401, json: { code: 'token_wrong' } });
    expect((await app.call('/api/health')).json).toMatchObject({ ready: true, engine: 'local' });
  });

  it('answers no stranger: neither a wrong token nor an unsigned call of a function', async () => {
    await using app = await startApp({ environment });
    const wrong = await fetch(`${app.url}/api/v1/runs`, { headers: { authorization: 'Bearer wrong' } });
    expect(wrong.status).toBe(401);
    expect(wrong.headers.get('content-type')).toBe('application/problem+json');
    expect(await wrong.json()).toMatchObject({ name: 'RefusedError', code: 'token_wrong' });
    expect((await fetch(`${app.url}/api/inngest`)).status).toBe(401);
    expect((await fetch(`${app.url}/api/inngest`, { method: 'PUT', body: '{}' })).status).toBe(401);
    const step = `${app.url}/api/inngest?fnId=holdfast-backup&stepId=step`;
    const called = await fetch(step, { method: 'POST', body: JSON.stringify({ event: {}, events: [{}], ctx: {} }) });
    // A streamed answer has begun with 201 before its own status is known.
    expect(await called.json()).toMatchObject({ status: 401 });
  });

  it('tells health without a secret when the repository cannot be used', async () => {
    const repository = 'https://me:very-secret@bucket.invalid/';
    await using app = await startApp({ environment: { ...environment, HOLDFAST_REPOSITORY: repository } });
    expect((await fetch(`${app.url}/api/health/live`)).status).toBe(200);
    expect((await fetch(`${app.url}/api/health/ready`)).status).toBe(503);
    const response = await fetch(`${app.url}/api/health`);
    expect(response.status).toBe(503);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ live: true, ready: false });
    expect(text).toContain('repository_location_malformed');
    const page = await (await fetch(app.url)).text();
    expect(page).toContain('not ready');
    for (const secret of ['very-secret', 'bucket.invalid', folder, new URL(source.url).password]) {
      expect(text + page).not.toContain(secret);
    }
  });
});
