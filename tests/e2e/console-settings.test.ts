import { afterAll, beforeAll, expect, it } from 'vitest';
import { createToken } from '#lib/access/token-store.ts';
import { runSql } from '#tests/support/with-client.ts';
import { token } from './app-server.ts';
import { backUp } from './back-up.ts';
import { describePages, inspectPage, phone } from './browser.ts';
import { type ConsolePlace, openConsolePlace } from './console-place.ts';
import { oldBackups, storeDamagedBackup, storeOldBackups } from './old-backups.ts';

let place: ConsolePlace;
let backup: string;

const { wide } = oldBackups;
// A day that comes seldom: a scheduled backup in the middle of a test would be one more than it counts.
const schedule = { backup: '0 2 29 2 *', drill: '0 5 29 2 *', timezone: 'Europe/Berlin', jitter: '10m' };

beforeAll(async () => {
  place = await openConsolePlace({
    config: {
      connections: { source: { rto: '1h', drill: { on: 'place' }, schedule, protected: true } },
      notify: [{ kind: 'slack', urlFrom: 'NO_SUCH_VARIABLE' }],
      retention: { keepLast: 1 },
    },
    databases: {
      source: {
        cluster: 'source',
        fill: (url) => runSql(url, 'create table players as select n as id from generate_series(1, 100) n'),
      },
      place: { cluster: 'target' },
    },
  });
  backup = await backUp(place, 'source');
  const repository = await place.openRepository();
  await storeOldBackups(repository);
  await storeDamagedBackup(repository);
});

afterAll(() => place?.[Symbol.asyncDispose]());

describePages('the settings in Chromium', () => {
  it('check connections and the repository, and test a channel', async () => {
    await using watched = await place.openConsole();
    const { page, problems } = watched;
    await page.goto(`${place.app.url}/settings`);
    const card = page.getByRole('region', { name: 'source' });
    await card.getByRole('button', { name: /^Check now/ }).click();
    await card.getByRole('cell', { name: /PostgreSQL \d/ }).waitFor();
    await inspectPage(page, 'settings-connections-light');
    expect(await page.content()).not.toContain(new URL(place.urlOf('source')).password || 'no password');
    await page.goto(`${place.app.url}/settings/repository`);
    await page.getByRole('button', { name: /^Look at it now/ }).click();
    await page.getByText(/written, read, listed and deleted/).waitFor();
    await inspectPage(page, 'settings-repository-light');
    await page.goto(`${place.app.url}/settings/schedules`);
    await page.getByText('TZ=Europe/Berlin 0 2 29 2 *').waitFor();
    await inspectPage(page, 'settings-schedules-light');
    await page.goto(`${place.app.url}/settings/notifications`);
    await page.getByRole('button', { name: /^Send a test/ }).click();
    await page.getByText('not delivered').waitFor();
    await inspectPage(page, 'settings-notifications-light');
    await page.goto(`${place.app.url}/settings/access`);
    await page.getByText('None is configured').waitFor();
    await inspectPage(page, 'settings-access-light');
    expect(problems).toEqual([]);
  });

  it('show what a prune would do, and prune once that was typed', async () => {
    await using watched = await place.openConsole({ colorScheme: 'dark' });
    const { page, problems } = watched;
    await page.goto(`${place.app.url}/settings/retention`);
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
    await page.goto(`${place.app.url}/settings/retention`);
    await page.getByText('0 backups would go').waitFor();
    expect(problems).toEqual([]);
  });

  it('make a token whose secret is shown once, revoke it, and log both', async () => {
    await using watched = await place.openConsole(phone);
    const { page, problems } = watched;
    await page.goto(`${place.app.url}/settings/tokens`);
    await page.getByLabel('Name').fill('night shift');
    await page.getByLabel('Role').selectOption('viewer');
    await page.getByLabel('source', { exact: true }).check();
    await page.getByRole('button', { name: 'Make it' }).click();
    const secret = (await page.locator('code', { hasText: /^hf_/ }).textContent()) ?? '';
    await page.getByRole('rowheader', { name: /night shift/ }).waitFor();
    await inspectPage(page, 'settings-tokens-phone');
    const as = (bearer: string, path: string) =>
      fetch(`${place.app.url}${path}`, { headers: { authorization: `Bearer ${bearer}` } });
    const asViewer = (path: string) => as(secret, path);
    expect((await asViewer(`/api/v1/backups/source/${backup}`)).status).toBe(200);
    const exported = `/api/v1/backups/source/${backup}/export?format=sql`;
    expect((await asViewer(exported)).status).toBe(403);
    const whole = await as(token, exported);
    expect(whole.status).toBe(200);
    await whole.arrayBuffer();
    expect((await asViewer(`/api/v1/backups/wide/${wide}`)).status).toBe(403);
    expect(await (await asViewer('/api/v1/connections')).json()).toMatchObject({ connections: [{ name: 'source' }] });
    await page.reload();
    expect(await page.content()).not.toContain(secret);
    await page.getByRole('button', { name: 'Revoke…' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke it' }).click();
    await page.getByText('revoked', { exact: true }).waitFor();
    expect((await asViewer('/api/v1/status')).status).toBe(401);
    await page.goto(`${place.app.url}/settings/audit`);
    await page.getByRole('rowheader', { name: 'revoke-token' }).waitFor();
    await page.getByRole('rowheader', { name: 'create-token' }).waitFor();
    await page.getByRole('rowheader', { name: 'export' }).first().waitFor();
    await inspectPage(page, 'settings-audit-phone');
    expect(problems).toEqual([]);
  });

  it('are cut to what a viewer of one connection may see', async () => {
    const wanted = { name: 'one', role: 'viewer', connections: ['wide'], expiresIn: null } as const;
    const { text } = await createToken(
      await place.openRepository(),
      { ...wanted, connections: ['wide'] },
      { by: 'test' },
    );
    await using watched = await place.openConsole({ token: text });
    const { page, problems } = watched;
    await page.goto(place.app.url);
    await page.getByRole('region', { name: 'wide' }).waitFor();
    expect(await page.getByRole('region', { name: 'source' }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Back up now' }).count()).toBe(0);
    await page.goto(`${place.app.url}/backups`);
    expect(await page.getByText(backup).count()).toBe(0);
    await page.goto(`${place.app.url}/settings/retention`);
    await page.getByRole('region', { name: 'wide' }).waitFor();
    expect(await page.getByRole('region', { name: 'source' }).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Audit log' }).count()).toBe(0);
    expect(problems).toEqual([]);
    for (const path of ['/settings/tokens', '/settings/repository', `/backups/source/${backup}`]) {
      expect((await page.request.get(`${place.app.url}${path}`)).status(), path).toBe(403);
    }
  });
});
