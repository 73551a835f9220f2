import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { gateSql, shutGate } from '#tests/support/query-gate.ts';
import { runSql } from '#tests/support/with-client.ts';
import { backUp } from './back-up.ts';
import { describePages, download, inspectPage, openPage, phone, waitForState } from './browser.ts';
import { type ConsolePlace, openConsolePlace } from './console-place.ts';
import { findRun, waitForResult } from './run-of-event.ts';
import { sendEvent } from './send-event.ts';

let place: ConsolePlace;

const backupOfSource = { name: 'holdfast/backup.requested', data: { connection: 'source' } };
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

beforeAll(async () => {
  place = await openConsolePlace({
    config: { lockTimeout: '10m', connections },
    databases: {
      source: {
        cluster: 'source',
        connections: ['source', 'demanding'],
        fill: (url) =>
          runSql(
            url,
            `create table players (id bigint generated always as identity primary key, name text not null);
             create table scores (player bigint not null references players, points int not null);
             create index on scores (points);
             insert into players (name) select 'player ' || n from generate_series(1, 20000) n;
             insert into scores select n, n % 100 from generate_series(1, 20000) n`,
          ),
      },
      target: {
        cluster: 'target',
        fill: (url) => runSql(url, 'create table old_players (id int); insert into old_players values (1)'),
      },
    },
  });
});

afterAll(() => place?.[Symbol.asyncDispose]());

describePages('the console in Chromium', () => {
  it('shows a backup at work and moves it to done without a reload', async () => {
    await using watched = await place.openConsole();
    const { page, problems } = watched;
    await using gate = await shutGate(place.urlOf('source'));
    const event = await sendEvent(place.app, backupOfSource);
    await gate.reached();
    const { id } = await findRun(await place.openRepository(), event);

    await page.reload();
    await page.getByRole('link', { name: 'Backup of source' }).click();
    await page.waitForURL(`${place.app.url}/runs/${id}`);
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
    await page.goto(`${place.app.url}/runs`);
    await inspectPage(page, 'runs-light');
    expect(problems).toEqual([]);
  });

  it('approves a restore to a protected target, shows its proof, and rolls it back', async () => {
    await using watched = await place.openConsole({ colorScheme: 'dark' });
    const { page, problems } = watched;
    const backup = await backUp(place, 'source');
    const asked = { backup, to: 'target', confirm: 'target', requireApproval: true };
    const { id } = await findRun(
      await place.openRepository(),
      await sendEvent(place.app, { name: 'holdfast/restore.requested', data: asked }),
    );
    await page.goto(`${place.app.url}/runs/${id}`);
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

    await page.goto(`${place.app.url}/runs/${id}`);
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
    await page.goto(`${place.app.url}/runs/${id}`);
    await page.getByText('rolled back: what served before serves again').waitFor();
    expect(problems).toEqual([]);
  });

  it('shows a proof that failed, with what differs, at phone width', async () => {
    await using watched = await place.openConsole(phone);
    const { page, problems } = watched;
    const asked = { backup: await backUp(place, 'demanding'), to: 'target', confirm: 'target' };
    const { run, status } = await waitForResult(
      await place.openRepository(),
      await sendEvent(place.app, { name: 'holdfast/restore.requested', data: asked }),
    );
    expect(status).toBe('proof-failed');
    await page.goto(`${place.app.url}/runs/${run.id}`);
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
    await using paper = await openPage(place.browser, phone);
    await paper.page.setContent(report);
    await inspectPage(paper.page, 'report-failed-phone');

    await page.goto(`${place.app.url}/runs`);
    await inspectPage(page, 'runs-phone');
    const menu = page.getByRole('button', { name: 'Menu' });
    await menu.click();
    await page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name: 'Runs' }).waitFor();
    await page.keyboard.press('Escape');
    expect(await menu.getAttribute('aria-expanded')).toBe('false');
    expect(problems).toEqual([]);
  });

  it('cancels a run that waits, and keeps the colours that were chosen', async () => {
    await using watched = await place.openConsole();
    const { page, problems } = watched;
    const asked = { backup: await backUp(place, 'source'), to: 'target', confirm: 'target', requireApproval: true };
    const { id } = await findRun(
      await place.openRepository(),
      await sendEvent(place.app, { name: 'holdfast/restore.requested', data: asked }),
    );
    await page.goto(`${place.app.url}/runs/${id}`);
    await waitForState(page, 'waiting for approval');
    await page.getByRole('button', { name: 'Cancel the run' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('alertdialog');
    await dialog.getByRole('button', { name: 'Cancel the run' }).click();
    await page.getByText('The run is being cancelled').first().waitFor();
    await waitForState(page, 'cancelled');
    await page.getByRole('button', { name: /^Colours: system/ }).click();
    await page.getByRole('button', { name: /^Colours: light/ }).click();
    expect(await (await page.request.get(`${place.app.url}/runs`)).text()).toContain('data-theme="dark"');
    await page.reload();
    await inspectPage(page, 'run-cancelled-chosen-dark');
    expect(problems).toEqual([]);
  });

  it('follows a run by asking now and then where no stream can be kept', async () => {
    await using watched = await place.openConsole();
    const { page } = watched;
    await using gate = await shutGate(place.urlOf('source'));
    const event = await sendEvent(place.app, backupOfSource);
    await gate.reached();
    const { id } = await findRun(await place.openRepository(), event);
    await page.route('**/events', (route) =>
      route.request().headers()['accept']?.includes('text/event-stream') ? route.abort() : route.continue(),
    );
    await page.goto(`${place.app.url}/runs/${id}`);
    await page.locator('[data-followed-by="polling"]').waitFor();
    await gate.open();
    await waitForState(page, 'completed');
  });
});
