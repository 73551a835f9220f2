import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openRepository } from '#lib/repository/open-repository.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { createDatabase, type TestDatabase } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';
import { type AppServer, startApp, token } from './app-server.ts';
import { chromiumPath, download, inspectPage, openBrowser, openPage, phone, signIn, waitForState } from './browser.ts';
import { gateSql, shutGate } from './query-gate.ts';
import { findRun, waitForResult } from './run-of-event.ts';

if (chromiumPath === undefined) {
  console.log('SKIPPED: there is no Chromium at CHROMIUM_PATH or /usr/bin/chromium; no page was looked at.');
}

let folder: string;
let source: TestDatabase;
let target: TestDatabase;
let app: AppServer;
let browser: Browser;

beforeAll(async () => {
  if (chromiumPath === undefined) return;
  folder = await mkdtemp(join(tmpdir(), 'holdfast-console-'));
  source = await createDatabase({ cluster: 'source' });
  target = await createDatabase({ cluster: 'target' });
  await runSql(
    source.url,
    `create table players (id bigint generated always as identity primary key, name text not null);
     create table scores (player bigint not null references players, points int not null);
     create index on scores (points);
     insert into players (name) select 'player ' || n from generate_series(1, 20000) n;
     insert into scores select n, n % 100 from generate_series(1, 20000) n`,
  );
  await runSql(target.url, 'create table old_players (id int); insert into old_players values (1)');
  const players = 'select count(*) from players';
  const connections = {
    source: {
      criticalQueries: [
        { name: 'gate', sql: gateSql },
        { name: 'players', sql: players },
      ],
    },
    // The same database with a demand that nothing can meet: its proofs fail.
    demanding: { criticalQueries: [{ name: 'players <b>of</b> the league', sql: players, expect: { scalar: 12345 } }] },
    target: { protected: true },
  };
  await writeFile(
    join(folder, 'holdfast.config.ts'),
    `export default ${JSON.stringify({ lockTimeout: '10m', connections })};\n`,
  );
  app = await startApp({
    environment: {
      HOLDFAST_CONFIG: join(folder, 'holdfast.config.ts'),
      HOLDFAST_REPOSITORY: `file:${join(folder, 'repository')}`,
      HOLDFAST_STATE: join(folder, 'state'),
      HOLDFAST_DATABASE_SOURCE_URL: source.url,
      HOLDFAST_DATABASE_DEMANDING_URL: source.url,
      HOLDFAST_DATABASE_TARGET_URL: target.url,
    },
  });
  browser = await openBrowser();
});

afterAll(async () => {
  if (chromiumPath === undefined) return;
  await browser.close();
  await app.kill('SIGKILL');
  await target.drop();
  await source.drop();
  await rm(folder, { recursive: true });
});

function openOurs(): Promise<Repository> {
  return openRepository({ location: `file:${join(folder, 'repository')}`, access: 'write' });
}

/** Sends an event; answers its id. */
async function ask(name: string, data: object): Promise<string> {
  const { status, json } = await app.call('/api/v1/events', { name, data });
  expect(status).toBe(202);
  return z.object({ ids: z.array(z.string()) }).parse(json).ids[0] ?? '';
}

async function backUp(connection: string): Promise<string> {
  const result = await waitForResult(await openOurs(), await ask('holdfast/backup.requested', { connection }));
  expect(result).toMatchObject({ status: 'completed', error: null });
  return z.object({ backup: z.string() }).parse(result.outcome).backup;
}

describe.skipIf(chromiumPath === undefined)('the console in Chromium', () => {
  it('shows a backup at work and moves it to done without a reload', async () => {
    await using watched = await openPage(browser);
    const { page, problems } = watched;
    await signIn(page, { url: app.url, token });
    await using gate = await shutGate(source.url);
    const event = await ask('holdfast/backup.requested', { connection: 'source' });
    await gate.reached();
    const { id } = await findRun(await openOurs(), event);

    await page.reload();
    await page.getByRole('link', { name: 'Backup of source' }).click();
    await page.waitForURL(`${app.url}/runs/${id}`);
    await waitForState(page, 'running');
    await page.locator('[data-followed-by="stream"]').waitFor();
    await inspectPage(page, 'run-open-light');
    await page.evaluate(() => Reflect.set(window, 'kept', true));
    await gate.open();
    await waitForState(page, 'completed');
    await page.getByText('exit code').waitFor();
    expect(await page.evaluate(() => Reflect.get(window, 'kept')), 'the page was not loaded anew').toBe(true);
    await inspectPage(page, 'run-done-light');
    const markup = await (await page.request.get(page.url())).text();
    expect(markup, 'the policy lets no inline style through').not.toMatch(/<[^>]+ style=/);
    await page.goto(`${app.url}/runs`);
    await inspectPage(page, 'runs-light');
    expect(problems).toEqual([]);
  });

  it('approves a restore to a protected target, shows its proof, and rolls it back', async () => {
    await using watched = await openPage(browser, { colorScheme: 'dark' });
    const { page, problems } = watched;
    await signIn(page, { url: app.url, token });
    const backup = await backUp('source');
    const asked = { backup, to: 'target', confirm: 'target', requireApproval: true };
    const { id } = await findRun(await openOurs(), await ask('holdfast/restore.requested', asked));
    await page.goto(`${app.url}/runs/${id}`);
    await waitForState(page, 'waiting for approval');
    await inspectPage(page, 'run-waiting-dark');
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('alertdialog').waitFor();
    await inspectPage(page, 'run-approve-dark');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Approve' }).click();
    await page.getByText('the copy is live').waitFor();
    await inspectPage(page, 'run-live-dark');

    await page.getByRole('link', { name: 'Open the proof' }).click();
    await page.getByRole('heading', { name: 'Critical queries' }).waitFor();
    await waitForState(page, 'proven, every row');
    await inspectPage(page, 'proof-passed-dark');
    const shown = await page.locator('dd', { hasText: /^[0-9a-f]{64}$/ }).textContent();
    const json = (await download(page, 'JSON')).bytes.toString();
    expect(createHash('sha256').update(json).digest('hex')).toBe(shown);
    expect(JSON.parse(json)).toMatchObject({ format: 1, run: { id, target: 'target' }, proof: { passed: true } });
    expect((await download(page, 'Report')).bytes.toString()).toContain(shown);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    await inspectPage(page, 'proof-printed');
    await page.emulateMedia({ media: 'screen', colorScheme: 'dark' });
    await page.getByRole('link', { name: 'Only differences' }).click();
    await page.getByText('No differences').waitFor();

    await page.goto(`${app.url}/runs/${id}`);
    await page.getByRole('link', { name: 'Roll back…' }).click();
    await page.getByRole('button', { name: 'Roll back…' }).click();
    const dialog = page.getByRole('alertdialog');
    const doIt = dialog.getByRole('button', { name: 'Roll it back' });
    expect(await doIt.isDisabled()).toBe(true);
    await dialog.getByRole('textbox').fill('target');
    await inspectPage(page, 'rollback-dark');
    await doIt.click();
    await page.waitForURL((address) => /\/runs\/[^/]+$/.test(address.pathname) && !address.pathname.endsWith(id));
    await waitForState(page, 'completed');
    await page.goto(`${app.url}/runs/${id}`);
    await page.getByText('rolled back: what served before serves again').waitFor();
    expect(problems).toEqual([]);
  });

  it('shows a proof that failed, with what differs, at phone width', async () => {
    await using watched = await openPage(browser, phone);
    const { page, problems } = watched;
    await signIn(page, { url: app.url, token });
    const asked = { backup: await backUp('demanding'), to: 'target', confirm: 'target' };
    const { run, status } = await waitForResult(await openOurs(), await ask('holdfast/restore.requested', asked));
    expect(status).toBe('proof-failed');
    await page.goto(`${app.url}/runs/${run.id}`);
    await waitForState(page, 'proof failed');
    await page.getByText('expected 12345, found 20000').first().waitFor();
    await inspectPage(page, 'run-proof-failed-phone');
    await page.getByRole('link', { name: 'Open the proof' }).click();
    await page.getByRole('link', { name: 'Only differences' }).click();
    await page.waitForURL(/differences=only/);
    expect(await page.getByText('12345').count()).toBeGreaterThan(0);
    expect(await page.getByRole('heading', { name: 'Tables' }).count()).toBe(0);
    await inspectPage(page, 'proof-failed-phone');
    const report = (await download(page, 'Report')).bytes.toString();
    expect(report).toContain('players &lt;b&gt;of&lt;/b&gt; the league');
    expect(report).not.toContain('<b>');
    // A page of its own: the report is opened from a disk, under no policy of the server.
    await using paper = await openPage(browser, phone);
    await paper.page.setContent(report);
    await inspectPage(paper.page, 'report-failed-phone');

    await page.goto(`${app.url}/runs`);
    await inspectPage(page, 'runs-phone');
    const menu = page.getByRole('button', { name: 'Menu' });
    await menu.click();
    await page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name: 'Runs' }).waitFor();
    await page.keyboard.press('Escape');
    expect(await menu.getAttribute('aria-expanded')).toBe('false');
    expect(problems).toEqual([]);
  });

  it('cancels a run that waits, and keeps the colours that were chosen', async () => {
    await using watched = await openPage(browser);
    const { page, problems } = watched;
    await signIn(page, { url: app.url, token });
    const asked = { backup: await backUp('source'), to: 'target', confirm: 'target', requireApproval: true };
    const { id } = await findRun(await openOurs(), await ask('holdfast/restore.requested', asked));
    await page.goto(`${app.url}/runs/${id}`);
    await waitForState(page, 'waiting for approval');
    await page.getByRole('button', { name: 'Cancel the run' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('alertdialog');
    await dialog.getByRole('button', { name: 'Cancel the run' }).click();
    await page.getByText('The run is being cancelled').first().waitFor();
    await waitForState(page, 'cancelled');
    await page.getByRole('button', { name: /^Colours: system/ }).click();
    await page.getByRole('button', { name: /^Colours: light/ }).click();
    expect(await (await page.request.get(`${app.url}/runs`)).text()).toContain('data-theme="dark"');
    await page.reload();
    await inspectPage(page, 'run-cancelled-chosen-dark');
    expect(problems).toEqual([]);
  });

  it('follows a run by asking now and then where no stream can be kept', async () => {
    await using watched = await openPage(browser);
    const { page } = watched;
    await signIn(page, { url: app.url, token });
    await using gate = await shutGate(source.url);
    const event = await ask('holdfast/backup.requested', { connection: 'source' });
    await gate.reached();
    const { id } = await findRun(await openOurs(), event);
    await page.route('**/events', (route) =>
      route.request().headers()['accept']?.includes('text/event-stream') ? route.abort() : route.continue(),
    );
    await page.goto(`${app.url}/runs/${id}`);
    await page.locator('[data-followed-by="polling"]').waitFor();
    await gate.open();
    await waitForState(page, 'completed');
  });
});
