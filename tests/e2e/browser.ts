import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { projectFolder } from './build-app.ts';

const chromiumPath = [process.env['CHROMIUM_PATH'] ?? '', '/usr/bin/chromium'].find((path) => existsSync(path));

if (chromiumPath === undefined) {
  console.log('SKIPPED: there is no Chromium at CHROMIUM_PATH or /usr/bin/chromium; no page was looked at.');
}

/** `describe` for tests of pages: where there is no Chromium they are skipped, with what is made for them inside. */
export const describePages = describe.skipIf(chromiumPath === undefined);

/** Pictures of the pages, for people: not part of the source. */
const pictures = join(projectFolder, 'tests/e2e/screenshots');

/** A browser of our own; no sandbox, as tests may run as root in a container. */
export async function openBrowser(): Promise<Browser> {
  await mkdir(pictures, { recursive: true });
  return chromium.launch({ executablePath: chromiumPath ?? '', args: ['--no-sandbox'] });
}

export const phone = { viewport: { width: 390, height: 844 } } as const;

/** A page of a context of its own, with everything that its console said was wrong. */
export interface WatchedPage extends AsyncDisposable {
  page: Page;
  /** Errors of the console, of scripts, and of the content security policy. */
  problems: string[];
}

export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const problems: string[] = [];
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(String(error)));
  return { page, problems, [Symbol.asyncDispose]: () => context.close() };
}

/** Signs in as a person does. */
export async function signIn(page: Page, { url, token }: { url: string; token: string }): Promise<void> {
  await page.goto(`${url}/sign-in?next=/runs`);
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`${url}/runs`);
}

/** Waits for the state beside the page's title. */
export async function waitForState(page: Page, state: string): Promise<void> {
  await page.locator('main header').first().getByText(state, { exact: true }).waitFor();
}

/** What a link downloads, and the name of its file. */
export async function download(page: Page, link: string): Promise<{ name: string; bytes: Buffer }> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: link, exact: true }).click(),
  ]);
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

/** Keeps a picture of what a window of a usual size shows of a page, for the README (`npm run pictures`). */
export async function takePicture(page: Page, picture: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: join(pictures, `${picture}.png`), animations: 'disabled' });
}

/**
 * Holds a page against what every page must be: no serious fault that axe finds, nothing wider than the window, no
 * inline style. Keeps a picture of it.
 */
export async function inspectPage(page: Page, picture: string): Promise<void> {
  await page.screenshot({ path: join(pictures, `${picture}.png`), fullPage: true, animations: 'disabled' });
  const { violations } = await new AxeBuilder({ page }).analyze();
  const faults = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
  expect(faults, picture).toEqual([]);
  const { wide, window } = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth,
    window: document.documentElement.clientWidth,
  }));
  expect(wide, `${picture} is wider than its window`).toBeLessThanOrEqual(window);
}
