import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createGameStudio } from '#demo/game-studio.ts';
import { withClient } from '#tests/support/with-client.ts';
import type { AppServer } from './app-server.ts';
import { describePages, inspectPage, openPage, takePicture, waitForState } from './browser.ts';
import { type ConsolePlace, openConsolePlace } from './console-place.ts';

let place: ConsolePlace;

beforeAll(async () => {
  place = await openConsolePlace({
    databases: {
      studio: {
        cluster: 'source',
        connections: [],
        fill: (url) => withClient(url, (session) => createGameStudio(session, { seed: 20_261_121, scale: 1 })),
      },
      copy: { cluster: 'target', connections: [] },
    },
    environment: (urlOf) => ({
      // Of what the demo's `env.sh` sets.
      DATABASE_URL: urlOf('studio'),
      NEON_DATABASE_URL: urlOf('copy'),
      HOLDFAST_CONFIG: 'demo/holdfast.config.ts',
      HOLDFAST_TOKEN: '',
    }),
  });
});

afterAll(() => place?.[Symbol.asyncDispose]());

/** The link that the first start prints. */
async function linkOf({ log }: AppServer): Promise<string> {
  await expect.poll(log, { timeout: 60_000 }).toMatch(/\/sign-in\?setup=[\w-]{43}\n/);
  return /\/sign-in\?setup=[\w-]{43}/.exec(log())?.[0] ?? '';
}

/** Presses a button of a connection's card and the one that it asks with, and waits for the end of the run. */
async function runFromCard(
  page: Page,
  { card, button, confirm, label }: Record<'card' | 'button' | 'confirm', string> & { label?: string },
) {
  await page.goto(place.app.url);
  const shown = page.locator('section', { has: page.getByRole('heading', { name: card, exact: true }) });
  await shown.getByRole('button', { name: button }).click();
  const dialog = page.getByRole('alertdialog');
  if (label !== undefined) await dialog.getByLabel('Label, if you want one').fill(label);
  await dialog.getByRole('button', { name: confirm, exact: true }).click();
  await page.waitForURL(/\/runs\/[^/]+$/);
  await page.getByText('exit code').waitFor();
  await waitForState(page, 'completed');
}

describePages("a first start on the demo's databases", () => {
  it('goes from the printed link to a backup, a drill and its proof', async () => {
    await using watched = await openPage(place.browser);
    const { page, problems } = watched;
    await page.goto(place.app.url);
    await page.waitForURL(/\/sign-in/);
    await inspectPage(page, 'sign-in-light');
    await page.goto(`${place.app.url}${await linkOf(place.app)}`);
    await inspectPage(page, 'sign-in-setup-light');
    await page.getByRole('button', { name: 'Sign in as admin' }).click();
    await page.waitForURL(`${place.app.url}/`);
    await runFromCard(page, { card: 'production', button: 'Back up now', confirm: 'Back it up', label: 'the first' });
    await page.getByText('209,557').first().waitFor();
    await page.getByRole('definition').getByRole('link').first().click();
    await page.waitForURL(/\/backups\/production\//);
    await page.getByText('the first', { exact: true }).waitFor();
    await runFromCard(page, { card: 'production', button: 'Drill now', confirm: 'Drill it' });
    await page.getByRole('link', { name: 'Open the proof' }).click();
    await page.waitForURL(/\/proof$/);
    await page.getByRole('heading', { name: /^Proof: Drill/ }).waitFor();
    await page.getByText('proven, every row').first().waitFor();
    await inspectPage(page, 'proof-of-drill-light');
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.reload();
    await takePicture(page, 'readme-proof');
    await page.emulateMedia({ colorScheme: 'light' });
    await page.goto(place.app.url);
    await page.getByText('proven, promise kept').waitFor();
    await takePicture(page, 'readme-overview');
    expect(problems).toEqual([]);
  });
});
