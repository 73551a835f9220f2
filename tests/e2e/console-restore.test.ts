import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createToken } from '#lib/access/token-store.ts';
import { listAudit } from '#lib/audit/audit-store.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { listRunIds, readRun } from '#lib/runs/run-store.ts';
import { recordCheck } from '#lib/standing/check-store.ts';
import { createDatabase, type TestDatabase } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';
import { type AppServer, startApp, token } from './app-server.ts';
import { chromiumPath, download, inspectPage, openBrowser, openPage, phone, signIn, waitForState } from './browser.ts';
import { waitForResult } from './run-of-event.ts';

if (chromiumPath === undefined) {
  console.log('SKIPPED: there is no Chromium at CHROMIUM_PATH or /usr/bin/chromium; no page was looked at.');
}

let folder: string;
let source: TestDatabase;
let live: TestDatabase;
let empty: TestDatabase;
let app: AppServer;
let browser: Browser;
/** The backup that everything here is restored from, and one that is known to be damaged. */
let backup: string;
let damaged: string;

beforeAll(async () => {
  if (chromiumPath === undefined) return;
  folder = await mkdtemp(join(tmpdir(), 'holdfast-restore-pages-'));
  source = await createDatabase({ cluster: 'source' });
  live = await createDatabase({ cluster: 'target' });
  empty = await createDatabase({ cluster: 'target' });
  await runSql(
    source.url,
    `create schema shop;
     create table players (id int primary key, name text not null);
     create table scores (player int not null references players, points int not null, primary key (player));
     create table shop.orders (id int primary key, note text);
     insert into players select n, 'player ' || n from generate_series(1, 500) n;
     insert into scores select n, n from generate_series(1, 500) n;
     insert into shop.orders select n, 'order ' || n from generate_series(1, 40) n`,
  );
  await runSql(live.url, 'create table old_players (id int); insert into old_players values (1)');
  await writeFile(
    join(folder, 'holdfast.config.ts'),
    `export default ${JSON.stringify({ connections: { live: { protected: true } } })};\n`,
  );
  app = await startApp({
    environment: {
      HOLDFAST_CONFIG: join(folder, 'holdfast.config.ts'),
      HOLDFAST_REPOSITORY: `file:${join(folder, 'repository')}`,
      HOLDFAST_STATE: join(folder, 'state'),
      HOLDFAST_DATABASE_SOURCE_URL: source.url,
      HOLDFAST_DATABASE_LIVE_URL: live.url,
      HOLDFAST_DATABASE_EMPTY_URL: empty.url,
    },
  });
  browser = await openBrowser();
  damaged = await backUp();
  backup = await backUp();
  await recordCheck(
    await openOurs(),
    { connection: 'source', backupId: damaged },
    {
      ...{ kind: 'verify', passed: false, run: '20261121T000000Z-00aaaa', at: '2026-11-21T00:00:00.000Z' },
      ...{ how: 'read every object: one is missing', recoveryMs: null },
    },
  );
});

afterAll(async () => {
  if (chromiumPath === undefined) return;
  await browser.close();
  await app.kill('SIGKILL');
  for (const database of [empty, live, source]) await database.drop();
  await rm(folder, { recursive: true });
});

function openOurs(): Promise<Repository> {
  return openRepository({ location: `file:${join(folder, 'repository')}`, access: 'write' });
}

async function backUp(): Promise<string> {
  const { status, json } = await app.call('/api/v1/events', {
    name: 'holdfast/backup.requested',
    data: { connection: 'source' },
  });
  expect(status).toBe(202);
  const [event = ''] = z.object({ ids: z.array(z.string()) }).parse(json).ids;
  const result = await waitForResult(await openOurs(), event);
  expect(result.error).toBeNull();
  return z.object({ backup: z.string() }).parse(result.outcome).backup;
}

/** The runs of a kind that the repository knows. */
async function countRuns(kind: string): Promise<number> {
  const repository = await openOurs();
  const runs = await Promise.all((await listRunIds(repository)).map((id) => readRun(repository, id)));
  return runs.filter((run) => run?.kind === kind).length;
}

describe.skipIf(chromiumPath === undefined)('the guided pages', () => {
  it('lead to a restore of a protected target by its name and an approval, and back', async () => {
    await using watched = await openPage(browser, { colorScheme: 'dark' });
    const { page, problems } = watched;
    await signIn(page, { url: app.url, token });
    await page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name: 'Restore' }).click();
    await page.getByText('Not to be restored: its verification found damage.').waitFor();
    expect(await page.getByRole('link', { name: `Choose ${damaged}` }).count()).toBe(0);
    await inspectPage(page, 'restore-backup-dark');
    await page.getByRole('link', { name: `Choose ${backup} of source` }).click();
    await page.getByLabel('Restore into').selectOption('live');
    await page.getByLabel('Ask for an approval').check();
    await inspectPage(page, 'restore-options-dark');
    await page.getByRole('button', { name: 'Look at the target' }).click();

    await page.getByRole('heading', { name: 'Preflight' }).waitFor();
    await page
      .getByText(/^database-swap: role .* can create databases$/)
      .first()
      .waitFor();
    await page.getByText('connection live: it is protected.').waitFor();
    await inspectPage(page, 'restore-preflight-dark');
    const typed = page.getByRole('textbox', { name: 'Type live to confirm' });
    await typed.fill('life');
    await page.getByRole('button', { name: 'Start the restore' }).click();
    await page.getByText('The name that was given to confirm is not live, the target.').waitFor();
    await inspectPage(page, 'restore-wrong-name-dark');
    expect(await countRuns('restore')).toBe(0);
    const { entries } = await listAudit(await openOurs(), { limit: 1 });
    expect(entries).toMatchObject([{ what: 'holdfast/restore.requested', object: 'live', outcome: 'refused' }]);

    await typed.fill('live');
    await page.getByRole('button', { name: 'Start the restore' }).click();
    await page.waitForURL(/\/runs\/[^/]+$/);
    const run = page.url();
    await waitForState(page, 'waiting for approval');
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Approve' }).click();
    await page.getByText('the copy is live').waitFor();
    await inspectPage(page, 'restore-live-dark');
    await page.getByRole('link', { name: 'Roll back…' }).click();
    await page.getByRole('button', { name: 'Roll back…' }).click();
    await page.getByRole('alertdialog').getByRole('textbox').fill('live');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Roll it back' }).click();
    await page.waitForURL((address) => /\/runs\/[^/]+$/.test(address.pathname) && address.href !== run);
    await waitForState(page, 'completed');
    await page.goto(run);
    await page.getByText('rolled back: what served before serves again').waitFor();
    expect(problems).toEqual([]);
  });

  it('need no script, and tell what stands in the way of a transfer', async () => {
    await using watched = await openPage(browser, { javaScriptEnabled: false });
    const { page } = watched;
    await signIn(page, { url: app.url, token });
    await page.goto(`${app.url}/transfer`);
    await page.locator('select[name="from"]').selectOption('source');
    await page.locator('select[name="to"]').selectOption('source');
    await page.getByRole('button', { name: 'Look at both' }).click();
    await page.getByText('it is the database of source itself').first().waitFor();
    expect(await page.getByRole('button', { name: 'Start the transfer' }).count()).toBe(0);
    await page.locator('select[name="to"]').selectOption('empty');
    await page.getByRole('button', { name: 'Look again' }).click();
    await page
      .getByText(/^in-place: database .* is empty$/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Start the transfer' }).click();
    await page.waitForURL(/\/runs\/[^/]+$/);
    const repository = await openOurs();
    const run = await readRun(repository, page.url().split('/').at(-1) ?? '');
    expect(run).toMatchObject({ kind: 'transfer', connection: 'source', target: 'empty' });
    expect(await waitForResult(repository, run?.eventId ?? '')).toMatchObject({ status: 'completed' });
  });

  it('show how a transfer would go at phone width', async () => {
    await using watched = await openPage(browser, phone);
    const { page, problems } = watched;
    await signIn(page, { url: app.url, token });
    await page.goto(`${app.url}/transfer?from=source&to=live&fence=on`);
    await page.getByText('connection live: it is protected.').waitFor();
    await page.getByText('right to fence').first().waitFor();
    await inspectPage(page, 'transfer-phone');
    await page.goto(`${app.url}/restore`);
    await inspectPage(page, 'restore-phone');
    expect(problems).toEqual([]);
  });

  it('recover tables, show the row differences, and drop what was recovered', async () => {
    await using watched = await openPage(browser);
    const { page, problems } = watched;
    await signIn(page, { url: app.url, token });
    const newest = await backUp();
    await runSql(
      source.url,
      `delete from scores where player = 7; update scores set points = 0 where player = 8;
       insert into players values (501, 'new'); drop table shop.orders`,
    );
    await page.goto(`${app.url}/recover`);
    await page.getByRole('link', { name: `Choose ${newest} of source` }).click();
    await page.getByLabel('Part of a name').fill('ORDER');
    await page.getByRole('button', { name: 'Add and list' }).click();
    await page.getByLabel('shop.orders').check();
    expect(await page.getByLabel('public.scores').count()).toBe(0);
    await page.getByLabel('Part of a name').fill('');
    await page.getByLabel('Or a pattern of names').fill('public.*');
    await page.getByRole('button', { name: 'Add and list' }).click();
    expect(await page.getByLabel('shop.orders').isChecked()).toBe(true);
    await page.getByLabel('New schema for them').fill('rescue');
    await inspectPage(page, 'recover-tables-light');
    await page.getByRole('button', { name: 'Look at the target' }).click();
    await page.getByRole('heading', { name: 'What goes into the schema rescue' }).waitFor();
    await inspectPage(page, 'recover-preflight-light');
    await page.getByRole('button', { name: 'Start the recovery' }).click();
    await page.waitForURL(/\/runs\/[^/]+$/);
    await waitForState(page, 'completed');
    await inspectPage(page, 'recover-done-light');
    const run = page.url();

    await page.getByRole('link', { name: 'Open the differences' }).click();
    await page.getByRole('heading', { name: 'public.scores' }).waitFor();
    const scores = page.getByRole('row').filter({ hasText: 'public.scores' });
    expect(await scores.getByRole('cell').allTextContents()).toEqual(
      expect.arrayContaining(['scores', '500', '499', '1', '0', '1', 'differs']),
    );
    await page.getByText('8 in points').waitFor();
    await page.getByRole('row').filter({ hasText: 'shop.orders' }).getByText('no table').waitFor();
    await inspectPage(page, 'differences-light');
    const [id = ''] = run.split('/').slice(-1);
    const json: unknown = JSON.parse((await download(page, 'JSON')).bytes.toString());
    expect(json).toMatchObject({ schema: 'rescue', target: 'source' });
    expect((await app.call(`/api/v1/runs/${id}/differences`)).json).toEqual(json);
    expect((await download(page, 'SQL')).bytes.toString()).toContain('-- insert into "public"."scores"');
    await using small = await openPage(browser, { ...phone, colorScheme: 'dark' });
    await signIn(small.page, { url: app.url, token });
    await small.page.goto(`${run}/differences`);
    await inspectPage(small.page, 'differences-phone-dark');

    for (const [body, code] of [
      [{}, 'not_confirmed'],
      [{ confirm: 'source' }, 'wrong_confirmation'],
    ] as const) {
      expect(await app.call(`/api/v1/runs/${id}/discard`, body)).toMatchObject({ json: { code } });
    }
    await page.goto(run);
    await page.getByRole('button', { name: 'Drop the schema…' }).click();
    await page.getByRole('alertdialog').getByRole('textbox').fill('rescue');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Drop it' }).click();
    await page.waitForURL((address) => /\/runs\/[^/]+$/.test(address.pathname) && address.href !== run);
    await waitForState(page, 'completed');
    await page.goto(run);
    await page.getByText('The schema rescue is dropped.').waitFor();
    expect(await page.getByRole('button', { name: 'Drop the schema…' }).count()).toBe(0);
    await runSql(source.url, 'create schema rescue');
    expect([...problems, ...small.problems]).toEqual([]);
  });

  it('have an API beside them that answers the same request with the same run', async () => {
    const ask = async (path: string, body: object, headers: Record<string, string> = {}) => {
      const response = await fetch(`${app.url}/api/v1/${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, ...headers },
        body: JSON.stringify(body),
      });
      const json: unknown = await response.json();
      return { status: response.status, json };
    };
    const before = await countRuns('restore');
    const wanted = { backup, from: 'source', to: 'live' };
    const looked = await ask('restores/preflight', wanted);
    expect(looked).toMatchObject({ status: 200, json: { problems: [], choice: { strategy: 'database-swap' } } });
    expect(looked.json).toHaveProperty('consent.0.name', 'protection');
    for (const [body, code, status] of [
      [wanted, 'preflight_protection', 409],
      [{ ...wanted, confirm: 'life' }, 'wrong_confirmation', 400],
      [{ ...wanted, backup: damaged, confirm: 'live' }, 'backup_known_damaged', 409],
      [{ ...wanted, backup: 'none' }, 'unknown_backup', 404],
      [{ ...wanted, to: 'nowhere' }, 'unknown_connection', 400],
      [{ ...wanted, cutover: false, requireApproval: true }, 'usage_conflict', 400],
    ] as const) {
      expect(await ask('restores', body), code).toMatchObject({ status, json: { code } });
    }
    expect(await countRuns('restore')).toBe(before);

    const given = { ...wanted, confirm: 'live', cutover: false };
    const key = { 'idempotency-key': 'the-same' };
    const [first, second] = await Promise.all([ask('restores', given, key), ask('restores', given, key)]);
    const { event, run } = z.object({ event: z.string(), run: z.string() }).parse(first.json);
    expect(second).toEqual(first);
    expect(await ask('restores', { ...given, proof: 'counts' }, key)).toMatchObject({
      ...{ status: 409, json: { code: 'idempotency_key_reused' } },
    });
    expect(await waitForResult(await openOurs(), event)).toMatchObject({ status: 'completed', run: { id: run } });
    expect(await ask('restores', given, key)).toEqual(first);
    expect(await countRuns('restore')).toBe(before + 1);

    const scope = { name: 'ci', role: 'operator' as const, connections: ['source'], expiresIn: null };
    const { text } = await createToken(await openOurs(), scope, { by: 'test' });
    const scoped = { authorization: `Bearer ${text}` };
    for (const [path, body] of [
      ['restores', wanted],
      ['restores/preflight', wanted],
      ['transfers', { from: 'source', to: 'live' }],
      ['recoveries', { backup, to: 'live', tables: ['players'], schema: 'rescue' }],
    ] as const) {
      expect(await ask(path, body, scoped), path).toMatchObject({ status: 403, json: { code: 'out_of_scope' } });
    }
    const unknown = { backup, to: 'source', tables: ['plaiers'], schema: 'rescue2' };
    expect(await ask('recoveries', unknown, scoped)).toMatchObject({ status: 400, json: { code: 'no_such_table' } });
    const { status, json } = await app.call(`/api/v1/runs/${run}/differences`);
    expect([status, json]).toMatchObject([409, { code: 'no_differences' }]);
  });
});
