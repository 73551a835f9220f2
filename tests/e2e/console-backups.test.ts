import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createToken } from '#lib/access/token-store.ts';
import { writeManifest } from '#lib/manifest/manifest-store.ts';
import { createBackupId } from '#lib/repository/backup-id.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { manifestKey } from '#lib/repository/repository-keys.ts';
import { createDatabase, type TestDatabase } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';
import { makeManifest, makeTable, nameOf } from '#tests/unit/verify/make-manifest.ts';
import { type AppServer, startApp, token } from './app-server.ts';
import { chromiumPath, download, inspectPage, openBrowser, openPage, phone, signIn, waitForState } from './browser.ts';
import { waitForResult } from './run-of-event.ts';

if (chromiumPath === undefined) {
  console.log('SKIPPED: there is no Chromium at CHROMIUM_PATH or /usr/bin/chromium; no page was looked at.');
}

let folder: string;
let source: TestDatabase;
let place: TestDatabase;
let app: AppServer;
let browser: Browser;
let backup: string;

const players = 2_000;
/** Backups that are manifests only, of days that a page lists each time. */
const daysAgo = (days: number): string => createBackupId(new Date(Date.now() - days * 86_400_000));
const [wide, older, damaged] = [daysAgo(2), daysAgo(3), daysAgo(1)];
/** A commit that a backup was taken of. */
const sha = '4f2a91c0000000000000000000000000000000ab';

beforeAll(async () => {
  if (chromiumPath === undefined) return;
  folder = await mkdtemp(join(tmpdir(), 'holdfast-console-backups-'));
  source = await createDatabase({ cluster: 'source' });
  place = await createDatabase({ cluster: 'target' });
  await runSql(
    source.url,
    `create table players (id bigint generated always as identity primary key, name text not null);
     create table "Odd ""Name""" (id int primary key);
     insert into players (name) select 'player ' || n from generate_series(1, ${players}) n;
     insert into "Odd ""Name""" values (1), (2)`,
  );
  const connections = {
    source: {
      ...{ rpo: '24h', rto: '1h', drill: { on: 'place' }, formats: ['csv'], protected: true },
      schedule: { backup: '0 2 * * *', drill: '0 5 * * 0', timezone: 'Europe/Berlin', jitter: '10m' },
    },
  };
  const notify = [{ kind: 'slack', urlFrom: 'NO_SUCH_VARIABLE' }];
  const config = { connections, notify, retention: { keepLast: 1 } };
  await writeFile(join(folder, 'holdfast.config.ts'), `export default ${JSON.stringify(config)};\n`);
  app = await startApp({
    environment: {
      HOLDFAST_CONFIG: join(folder, 'holdfast.config.ts'),
      HOLDFAST_REPOSITORY: `file:${join(folder, 'repository')}`,
      HOLDFAST_STATE: join(folder, 'state'),
      HOLDFAST_DATABASE_SOURCE_URL: source.url,
      HOLDFAST_DATABASE_PLACE_URL: place.url,
    },
  });
  browser = await openBrowser();
});

afterAll(async () => {
  if (chromiumPath === undefined) return;
  await browser.close();
  await app.kill('SIGKILL');
  await place.drop();
  await source.drop();
  await rm(folder, { recursive: true });
});

function openOurs(): Promise<Repository> {
  return openRepository({ location: `file:${join(folder, 'repository')}`, access: 'write' });
}

describe.skipIf(chromiumPath === undefined)('backups in Chromium', () => {
  it('say what to do first where nothing is connected', async () => {
    await using empty = await startApp({
      environment: { HOLDFAST_REPOSITORY: `file:${join(folder, 'none')}`, HOLDFAST_STATE: join(folder, 'none-state') },
    });
    await using watched = await openPage(browser);
    const { page, problems } = watched;
    await signIn(page, { url: empty.url, token });
    await page.goto(empty.url);
    await page.getByRole('heading', { name: 'Nothing is connected yet' }).waitFor();
    await inspectPage(page, 'overview-first-start');
    await page.goto(`${empty.url}/backups`);
    await page.getByText('No backups yet').waitFor();
    expect(problems).toEqual([]);
  });

  it('go from none to one to a proven one, and only that is green', async () => {
    await using watched = await openPage(browser);
    const { page, problems } = watched;
    await signIn(page, { url: app.url, token });
    await page.goto(app.url);
    const card = page.getByRole('region', { name: 'source' });
    await card.getByText('no backup yet').waitFor();
    await inspectPage(page, 'overview-no-backup-light');
    await card.getByRole('button', { name: 'Back up now' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Back it up' }).click();
    await page.waitForURL(/\/runs\/[^/]+$/);
    await waitForState(page, 'completed');
    await page.goto(app.url);
    await card.getByText('promise broken').waitFor();
    await card.getByText('No backup has been proven yet.').waitFor();
    await inspectPage(page, 'overview-unproven-light');
    expect(await page.getByText('proven, promise kept').count()).toBe(0);

    await card.getByRole('button', { name: 'Drill now' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Drill it' }).click();
    await page.waitForURL(/\/runs\/[^/]+$/);
    await waitForState(page, 'completed');
    await page.goto(app.url);
    await card.getByText('proven, promise kept').waitFor();
    await inspectPage(page, 'overview-proven-light');
    const { json } = await app.call('/api/v1/status');
    expect(json).toMatchObject({ connections: [{ connection: 'place' }, { connection: 'source', state: 'kept' }] });
    const markup = await (await page.request.get(app.url)).text();
    expect(markup, 'the policy lets no inline style through').not.toMatch(/<[^>]+ style=/);
    expect(problems).toEqual([]);
  });

  it('are found by label, commit and standing, with charts of their history', async () => {
    const { json } = await app.call('/api/v1/backups', { connection: 'source', label: 'Before the audit' });
    const { event } = z.object({ event: z.string() }).parse(json);
    const result = await waitForResult(await openOurs(), event);
    expect(result).toMatchObject({ status: 'completed', error: null });
    backup = z.object({ backup: z.string() }).parse(result.outcome).backup;
    await writeManifest(await openOurs(), {
      ...makeManifest(Array.from({ length: 2_000 }, (_, n) => makeTable(`t${n}`, [nameOf('1')]))),
      ...{ id: wide, connection: 'wide', git: { sha } },
    });
    const old = { id: older, connection: 'wide' };
    await writeManifest(await openOurs(), { ...makeManifest([makeTable('t', [nameOf('1')])]), ...old });
    await using watched = await openPage(browser, { colorScheme: 'dark' });
    const { page, problems } = watched;
    await signIn(page, { url: app.url, token });
    await page.goto(`${app.url}/backups`);
    await page.getByRole('img', { name: 'New bytes by backup of source' }).waitFor();
    await inspectPage(page, 'backups-dark');
    const rows = page.getByRole('region', { name: 'Backups', exact: true }).getByRole('rowheader');
    expect(await rows.count()).toBe(4);
    await page.getByLabel('Label').fill('AUDIT');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.waitForURL(/label=AUDIT/);
    expect(await rows.allTextContents()).toEqual([expect.stringContaining(backup)]);
    await page.goto(`${app.url}/backups?git=4F2A`);
    expect(await rows.allTextContents()).toEqual([expect.stringContaining('wide')]);
    await page.goto(`${app.url}/backups?standing=proven`);
    expect(await rows.count()).toBe(1);
    const day = `${wide.slice(0, 4)}-${wide.slice(4, 6)}-${wide.slice(6, 8)}`;
    await page.goto(`${app.url}/backups?since=${day}&until=${day}`);
    expect(await rows.allTextContents()).toEqual([expect.stringContaining('wide')]);
    await page.goto(`${app.url}/backups?label=nobody`);
    await page.getByText('No backup here').waitFor();
    expect(problems).toEqual([]);
  });

  it('show what is in one, let it be pinned, verified and exported', async () => {
    await using watched = await openPage(browser);
    const { page, problems } = watched;
    await signIn(page, { url: app.url, token });
    const address = `${app.url}/backups/source/${backup}`;
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
    await using watched = await openPage(browser, phone);
    const { page, problems } = watched;
    await signIn(page, { url: app.url, token });
    await page.goto(`${app.url}/backups/wide/${wide}?search=t19`);
    await page.getByText('111 tables of 2,000').waitFor();
    expect(await page.getByRole('table', { name: 'Tables of the backup' }).getByRole('rowheader').count()).toBe(100);
    await page.getByRole('link', { name: 'Further' }).click();
    await page.getByText('page 2 of 2').waitFor();
    await inspectPage(page, 'backup-wide-phone');
    const broken = { connection: 'wide', backupId: damaged };
    await (await openOurs()).store.put(manifestKey(broken), [Buffer.from('{"sha256":"')]);
    await page.goto(`${app.url}/backups/wide/${damaged}`);
    await page.getByText('manifest_damaged').waitFor();
    await waitForState(page, 'manifest damaged');
    await inspectPage(page, 'backup-damaged-phone');
    await page.goto(`${app.url}/backups`);
    await page.getByText('manifest damaged').waitFor();
    await inspectPage(page, 'backups-phone');
    await page.goto(app.url);
    await inspectPage(page, 'overview-phone');
    expect(problems).toEqual([]);
  });
});

describe.skipIf(chromiumPath === undefined)('the settings in Chromium', () => {
  it('check connections and the repository, and test a channel', async () => {
    await using watched = await openPage(browser);
    const { page, problems } = watched;
    await signIn(page, { url: app.url, token });
    await page.goto(`${app.url}/settings`);
    const card = page.getByRole('region', { name: 'source' });
    await card.getByRole('button', { name: /^Check now/ }).click();
    await card.getByRole('cell', { name: /PostgreSQL \d/ }).waitFor();
    await inspectPage(page, 'settings-connections-light');
    expect(await page.content()).not.toContain(new URL(source.url).password || 'no password');
    await page.goto(`${app.url}/settings/repository`);
    await page.getByRole('button', { name: /^Look at it now/ }).click();
    await page.getByText(/written, read, listed and deleted/).waitFor();
    await inspectPage(page, 'settings-repository-light');
    await page.goto(`${app.url}/settings/schedules`);
    await page.getByText('TZ=Europe/Berlin 0 2 * * *').waitFor();
    await inspectPage(page, 'settings-schedules-light');
    await page.goto(`${app.url}/settings/notifications`);
    await page.getByRole('button', { name: /^Send a test/ }).click();
    await page.getByText('not delivered').waitFor();
    await inspectPage(page, 'settings-notifications-light');
    await page.goto(`${app.url}/settings/access`);
    await page.getByText('None is configured').waitFor();
    await inspectPage(page, 'settings-access-light');
    expect(problems).toEqual([]);
  });

  it('show what a prune would do, and prune once that was typed', async () => {
    await using watched = await openPage(browser, { colorScheme: 'dark' });
    const { page, problems } = watched;
    await signIn(page, { url: app.url, token });
    await page.goto(`${app.url}/settings/retention`);
    await page.getByRole('button', { name: 'Count what would be freed' }).click();
    await page.getByText('after the grace time').waitFor();
    await page.getByText('1 backup would go').waitFor();
    await inspectPage(page, 'settings-retention-dark');
    await page.getByRole('button', { name: 'Prune now…' }).click();
    const dialog = page.getByRole('alertdialog');
    const doIt = dialog.getByRole('button', { name: 'Prune', exact: true });
    expect(await doIt.isDisabled()).toBe(true);
    await dialog.getByRole('textbox').fill('prune');
    await inspectPage(page, 'settings-prune-dark');
    await doIt.click();
    await page.waitForURL(/\/runs\/[^/]+$/);
    await page.getByRole('heading', { name: 'Prune', exact: true }).waitFor();
    await page.getByText('exit code').waitFor();
    await page.goto(`${app.url}/settings/retention`);
    await page.getByText('0 backups would go').waitFor();
    expect(problems).toEqual([]);
  });

  it('make a token whose secret is shown once, revoke it, and log both', async () => {
    await using watched = await openPage(browser, phone);
    const { page, problems } = watched;
    await signIn(page, { url: app.url, token });
    await page.goto(`${app.url}/settings/tokens`);
    await page.getByLabel('Name').fill('night shift');
    await page.getByLabel('Role').selectOption('viewer');
    await page.getByLabel('source', { exact: true }).check();
    await page.getByRole('button', { name: 'Make it' }).click();
    const secret = (await page.locator('code', { hasText: /^hf_/ }).textContent()) ?? '';
    await page.getByRole('rowheader', { name: /night shift/ }).waitFor();
    await inspectPage(page, 'settings-tokens-phone');
    const asViewer = (path: string, method = 'GET') =>
      fetch(`${app.url}${path}`, { method, headers: { authorization: `Bearer ${secret}` } });
    expect((await asViewer(`/api/v1/backups/source/${backup}`)).status).toBe(200);
    expect((await asViewer(`/api/v1/backups/source/${backup}/export?format=sql`)).status).toBe(403);
    expect((await asViewer(`/api/v1/backups/wide/${wide}`)).status).toBe(403);
    expect(await (await asViewer('/api/v1/connections')).json()).toMatchObject({ connections: [{ name: 'source' }] });
    await page.reload();
    expect(await page.content()).not.toContain(secret);
    await page.getByRole('button', { name: 'Revoke…' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke it' }).click();
    await page.getByText('revoked', { exact: true }).waitFor();
    expect((await asViewer('/api/v1/status')).status).toBe(401);
    await page.goto(`${app.url}/settings/audit`);
    await page.getByRole('rowheader', { name: 'revoke-token' }).waitFor();
    await page.getByRole('rowheader', { name: 'create-token' }).waitFor();
    await page.getByRole('rowheader', { name: 'export' }).first().waitFor();
    await inspectPage(page, 'settings-audit-phone');
    expect(problems).toEqual([]);
  });

  it('are cut to what a viewer of one connection may see', async () => {
    const wanted = { name: 'one', role: 'viewer', connections: ['wide'], expiresIn: null } as const;
    const { text } = await createToken(await openOurs(), { ...wanted, connections: ['wide'] }, { by: 'test' });
    await using watched = await openPage(browser);
    const { page, problems } = watched;
    await signIn(page, { url: app.url, token: text });
    await page.goto(app.url);
    await page.getByRole('region', { name: 'wide' }).waitFor();
    expect(await page.getByRole('region', { name: 'source' }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Back up now' }).count()).toBe(0);
    await page.goto(`${app.url}/backups`);
    expect(await page.getByText(backup).count()).toBe(0);
    await page.goto(`${app.url}/settings/retention`);
    await page.getByRole('region', { name: 'wide' }).waitFor();
    expect(await page.getByRole('region', { name: 'source' }).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Audit log' }).count()).toBe(0);
    expect(problems).toEqual([]);
    for (const path of ['/settings/tokens', '/settings/repository', `/backups/source/${backup}`]) {
      expect((await page.request.get(`${app.url}${path}`)).status(), path).toBe(403);
    }
  });
});

describe.skipIf(chromiumPath === undefined)('the API of backups', () => {
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
      expect([path, await app.call(path, body)]).toMatchObject([path, { status, json: { code } }]);
    }
  });
});
