import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { runSql } from '#tests/support/with-client.ts';
import { openAppPlace } from './app-place.ts';
import { token } from './app-server.ts';
import { describePages, download, inspectPage, openPage, phone, signIn, waitForState } from './browser.ts';
import { type ConsolePlace, openConsolePlace } from './console-place.ts';
import { oldBackups, storeDamagedBackup, storeOldBackups } from './old-backups.ts';
import { waitForResult } from './run-of-event.ts';

let place: ConsolePlace;
let backup: string;

const players = 2_000;
const { wide, damaged } = oldBackups;

beforeAll(async () => {
  place = await openConsolePlace({
    config: {
      connections: { source: { rpo: '24h', rto: '1h', drill: { on: 'place' }, formats: ['csv'], protected: true } },
    },
    databases: {
      source: {
        cluster: 'source',
        fill: (url) =>
          runSql(
            url,
            `create table players (id bigint generated always as identity primary key, name text not null);
             create table "Odd ""Name""" (id int primary key);
             insert into players (name) select 'player ' || n from generate_series(1, ${players}) n;
             insert into "Odd ""Name""" values (1), (2)`,
          ),
      },
      place: { cluster: 'target' },
    },
  });
});

afterAll(() => place?.[Symbol.asyncDispose]());

describePages('backups in Chromium', () => {
  it('say what to do first where nothing is connected', async () => {
    await using empty = await openAppPlace({});
    await using watched = await openPage(place.browser);
    const { page, problems } = watched;
    const { url } = empty.app;
    await signIn(page, { url, token });
    await page.goto(url);
    await page.getByRole('heading', { name: 'Nothing is connected yet' }).waitFor();
    await inspectPage(page, 'overview-first-start');
    await page.goto(`${url}/backups`);
    await page.getByText('No backups yet').waitFor();
    expect(problems).toEqual([]);
  });

  it('go from none to one to a proven one, and only that is green', async () => {
    await using watched = await place.openConsole();
    const { page, problems } = watched;
    await page.goto(place.app.url);
    const card = page.getByRole('region', { name: 'source' });
    await card.getByText('no backup yet').waitFor();
    await inspectPage(page, 'overview-no-backup-light');
    await card.getByRole('button', { name: 'Back up now' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Back it up' }).click();
    await page.waitForURL(/\/runs\/[^/]+$/);
    await waitForState(page, 'completed');
    await page.goto(place.app.url);
    await card.getByText('promise broken').waitFor();
    await card.getByText('No backup has been proven yet.').waitFor();
    await inspectPage(page, 'overview-unproven-light');
    expect(await page.getByText('proven, promise kept').count()).toBe(0);

    await card.getByRole('button', { name: 'Drill now' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Drill it' }).click();
    await page.waitForURL(/\/runs\/[^/]+$/);
    await waitForState(page, 'completed');
    await page.goto(place.app.url);
    await card.getByText('proven, promise kept').waitFor();
    await inspectPage(page, 'overview-proven-light');
    const { json } = await place.app.call('/api/v1/status');
    expect(json).toMatchObject({ connections: [{ connection: 'place' }, { connection: 'source', state: 'kept' }] });
    const markup = await (await page.request.get(place.app.url)).text();
    expect(markup, 'the policy lets no inline style through').not.toMatch(/<[^>]+ style=/);
    expect(problems).toEqual([]);
  });

  it('are found by label, commit and standing, with charts of their history', async () => {
    const { json } = await place.app.call('/api/v1/backups', { connection: 'source', label: 'Before the audit' });
    const { event } = z.object({ event: z.string() }).parse(json);
    const result = await waitForResult(await place.openRepository(), event);
    expect(result).toMatchObject({ status: 'completed', error: null });
    backup = z.object({ backup: z.string() }).parse(result.outcome).backup;
    await storeOldBackups(await place.openRepository());
    await using watched = await place.openConsole({ colorScheme: 'dark' });
    const { page, problems } = watched;
    await page.goto(`${place.app.url}/backups`);
    await page.getByRole('img', { name: 'New bytes by backup of source' }).waitFor();
    await inspectPage(page, 'backups-dark');
    const rows = page.getByRole('region', { name: 'Backups', exact: true }).getByRole('rowheader');
    expect(await rows.count()).toBe(4);
    await page.getByLabel('Label').fill('AUDIT');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.waitForURL(/label=AUDIT/);
    expect(await rows.allTextContents()).toEqual([expect.stringContaining(backup)]);
    await page.goto(`${place.app.url}/backups?git=4F2A`);
    expect(await rows.allTextContents()).toEqual([expect.stringContaining('wide')]);
    await page.goto(`${place.app.url}/backups?standing=proven`);
    expect(await rows.count()).toBe(1);
    const day = `${wide.slice(0, 4)}-${wide.slice(4, 6)}-${wide.slice(6, 8)}`;
    await page.goto(`${place.app.url}/backups?since=${day}&until=${day}`);
    expect(await rows.allTextContents()).toEqual([expect.stringContaining('wide')]);
    await page.goto(`${place.app.url}/backups?label=nobody`);
    await page.getByText('No backup here').waitFor();
    expect(problems).toEqual([]);
  });

  it('show what is in one, let it be pinned, verified and exported', async () => {
    await using watched = await place.openConsole();
    const { page, problems } = watched;
    const address = `${place.app.url}/backups/source/${backup}`;
    await page.goto(address);
    await waitForState(page, 'stored');
    await page.getByLabel('Why').fill('for the auditor');
    await page.getByRole('button', { name: 'Pin', exact: true }).click();
    await waitForState(page, 'pinned');
    await page.getByText(/: for the auditor$/).waitFor();
    await inspectPage(page, 'backup-light');

    const csv = await download(page, 'public.players as CSV');
    expect(csv.name).toBe(`source-${backup}-public.players.csv`);
    const lines = csv.bytes.toString().split('\n');
    expect([lines[0], lines[1], lines.length]).toEqual(['id,name', '1,player 1', players + 2]);
    const odd = await download(page, 'public."Odd ""Name""" as JSON');
    expect(odd.bytes.toString()).toBe('{"id":1}\n{"id":2}\n');
    const script = await download(page, 'SQL script');
    expect([script.name, script.bytes.readUInt32LE(0)]).toEqual([`source-${backup}.sql.zst`, 0xfd2fb528]);
    const stored = await download(page, 'formats/csv/0002-public.players.csv.zst');
    expect(stored.bytes.length).toBeGreaterThan(100);

    await page.getByRole('combobox', { name: 'Read' }).selectOption({ label: 'a sample of 25 % of the bytes' });
    await page.getByRole('button', { name: 'Verify' }).click();
    await page.waitForURL(/\/runs\/[^/]+$/);
    await waitForState(page, 'completed');
    await page.goto(address);
    await page.getByRole('rowheader', { name: 'verification of a sample' }).waitFor();
    await page.getByRole('combobox', { name: 'Read' }).selectOption({ label: 'every object' });
    await page.getByRole('button', { name: 'Verify' }).click();
    await page.waitForURL(/\/runs\/[^/]+$/);
    await waitForState(page, 'completed');
    await page.goto(address);
    await waitForState(page, 'verified');
    await page.getByRole('button', { name: 'Unpin' }).click();
    await page.getByRole('button', { name: 'Pin', exact: true }).waitFor();
    expect(problems).toEqual([]);
  });

  it('of 2,000 tables come page by page, at phone width, and a damaged one says what is wrong', async () => {
    await using watched = await place.openConsole(phone);
    const { page, problems } = watched;
    await page.goto(`${place.app.url}/backups/wide/${wide}?search=t19`);
    await page.getByText('111 tables of 2,000').waitFor();
    expect(await page.getByRole('table', { name: 'Tables of the backup' }).getByRole('rowheader').count()).toBe(100);
    await page.getByRole('link', { name: 'Further' }).click();
    await page.getByText('page 2 of 2').waitFor();
    await inspectPage(page, 'backup-wide-phone');
    await storeDamagedBackup(await place.openRepository());
    await page.goto(`${place.app.url}/backups/wide/${damaged}`);
    await page.getByText('manifest_damaged').waitFor();
    await waitForState(page, 'manifest damaged');
    await inspectPage(page, 'backup-damaged-phone');
    await page.goto(`${place.app.url}/backups`);
    await page.getByText('manifest damaged').waitFor();
    await inspectPage(page, 'backups-phone');
    await page.goto(place.app.url);
    await inspectPage(page, 'overview-phone');
    expect(problems).toEqual([]);
  });
});

describePages('the API of backups', () => {
  it('refuses what it is not asked rightly, and never with a 500', async () => {
    const about = `/api/v1/backups/source/${backup}`;
    const cases: [path: string, body: unknown, status: number, code: string][] = [
      ['/api/v1/backups?standing=good', undefined, 400, 'bad_query'],
      ['/api/v1/runs?status=good', undefined, 400, 'bad_query'],
      ['/api/v1/backups/source/20260101T000000Z-aaaaaa', undefined, 404, 'unknown_backup'],
      ['/api/v1/backups/..%2f..%2fetc/passwd', undefined, 404, 'unknown_backup'],
      [`${about}/export`, undefined, 400, 'bad_query'],
      [`${about}/export?format=csv`, undefined, 400, 'bad_query'],
      [`${about}/export?format=csv&table=nobody`, undefined, 400, 'no_such_table'],
      [`${about}/export?format=json&table=*`, undefined, 400, 'output_not_one_file'],
      [`${about}/formats?file=../manifest.json`, undefined, 404, 'no_such_file'],
      [`${about}/pin`, { reason: 'x'.repeat(201) }, 400, 'bad_body'],
      [`${about}/verify`, { sample: 0 }, 400, 'bad_body'],
      ['/api/v1/backups', { connection: 'nobody' }, 400, 'unknown_connection'],
      ['/api/v1/drills', { connection: 'source', backup: 'nobody' }, 404, 'unknown_backup'],
      ['/api/v1/connections/nobody/check', {}, 404, 'no_such_connection'],
      ['/api/v1/notifications/test', { channel: 'nobody' }, 400, 'unknown_channel'],
      ['/api/v1/prune', {}, 400, 'bad_body'],
    ];
    for (const [path, body, status, code] of cases) {
      expect([path, await place.app.call(path, body)]).toMatchObject([path, { status, json: { code } }]);
    }
  });
});
