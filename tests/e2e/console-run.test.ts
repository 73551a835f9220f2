import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { overrideEnvironment } from '#lib/config/environment.ts';
import { openRun, recordAttempt, writeProgress } from '#lib/runs/run-store.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { leaveSideSchema } from '#tests/support/leave-side-schema.ts';
import { createDatabase, type TestDatabase } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';
import { type AppServer, startApp, token } from './app-server.ts';
import { chromiumPath, inspectPage, openBrowser, openPage, phone, signIn, waitForState } from './browser.ts';
import { waitForResult } from './run-of-event.ts';

if (chromiumPath === undefined) {
  console.log('SKIPPED: there is no Chromium at CHROMIUM_PATH or /usr/bin/chromium; no page was looked at.');
}

let folder: string;
let source: TestDatabase;
let app: AppServer;
let browser: Browser;

beforeAll(async () => {
  if (chromiumPath === undefined) return;
  folder = await mkdtemp(join(tmpdir(), 'holdfast-run-pages-'));
  source = await createDatabase({ cluster: 'source' });
  await runSql(source.url, 'create table players (id int primary key); insert into players values (1), (2)');
  const environment = {
    HOLDFAST_REPOSITORY: `file:${join(folder, 'repository')}`,
    HOLDFAST_STATE: join(folder, 'state'),
    HOLDFAST_DATABASE_SOURCE_URL: source.url,
  };
  overrideEnvironment(environment);
  app = await startApp({ environment });
  browser = await openBrowser();
});

afterAll(async () => {
  if (chromiumPath === undefined) return;
  overrideEnvironment({});
  await browser.close();
  await app.kill('SIGKILL');
  await source.drop();
  await rm(folder, { recursive: true });
});

async function backUp(): Promise<void> {
  const asked = { name: 'holdfast/backup.requested', data: { connection: 'source' } };
  const { json } = await app.call('/api/v1/events', asked);
  const [event = ''] = z.object({ ids: z.array(z.string()) }).parse(json).ids;
  const { repository } = await openWorkspace();
  expect((await waitForResult(repository, event)).error).toBeNull();
}

describe.skipIf(chromiumPath === undefined)('the page of a run', () => {
  it('of a recovery that failed offers what it has left to be dropped, and the recovery once more', async () => {
    await backUp();
    const { run } = await leaveSideSchema(await openWorkspace());
    await using watched = await openPage(browser);
    const { page, problems } = watched;
    await signIn(page, { url: app.url, token });
    await page.goto(`${app.url}/runs/${run.id}`);
    await page.getByText('What the run has made in the schema side of source may still be there.').waitFor();
    await inspectPage(page, 'recover-left-light');
    await page.getByRole('link', { name: 'Do it again…' }).click();
    await page.getByRole('heading', { name: 'Tables and target' }).waitFor();
    expect(new URL(page.url()).searchParams.get('to')).toBe('source');

    await page.goto(`${app.url}/runs/${run.id}`);
    await page.getByRole('button', { name: 'Drop the schema…' }).click();
    const dialog = page.getByRole('alertdialog');
    expect(await dialog.getByRole('button', { name: 'Drop it' }).isDisabled()).toBe(true);
    await dialog.getByRole('textbox').fill('side');
    await dialog.getByRole('button', { name: 'Drop it' }).click();
    await page.waitForURL((address) => /\/runs\/[^/]+$/.test(address.pathname) && !address.href.endsWith(run.id));
    await waitForState(page, 'completed');
    expect(await runSql(source.url, `select nspname from pg_namespace where nspname = 'side'`)).toEqual([]);
    await page.goto(`${app.url}/runs/${run.id}`);
    await waitForState(page, 'failed');
    expect(await page.getByRole('button', { name: 'Drop the schema…' }).count()).toBe(0);
    expect(problems).toEqual([]);
  });

  it('shows the step that is at work, and since when', async () => {
    const { repository } = await openWorkspace({ create: true });
    const begun = new Date(Date.now() - 90_000).toISOString();
    const run = await openRun(repository, {
      ...{ id: '20261119T000000Z-abcdef', kind: 'backup', eventId: 'e2', engineRunId: 'r2', parent: null },
      ...{ connection: 'source', target: null, backup: null, startedAt: begun },
    });
    const step = { runId: run.id, n: '01', slug: 'open' };
    const ended = { attempt: 0, startedAt: begun, endedAt: begun, outcome: 'completed', error: null } as const;
    await recordAttempt(repository, step, ended);
    const begin = (n: string, slug: string) =>
      writeProgress(repository, run.id, {
        ...{ lane: 'copy-0', phase: 'copy rows', rows: 10, bytes: 100, items: 1, totalBytes: 1_000, totalItems: 9 },
        ...{ updatedAt: new Date().toISOString(), step: { n, slug, startedAt: begun } },
      });
    await begin('06.001', 'copy-0');
    await using watched = await openPage(browser, { ...phone, colorScheme: 'dark' });
    const { page, problems } = watched;
    await signIn(page, { url: app.url, token });
    await page.goto(`${app.url}/runs/${run.id}`);
    const rows = page.getByRole('row');
    expect(await rows.filter({ hasText: '06.001' }).getByText('at work since').count()).toBe(1);
    expect(await rows.filter({ hasText: 'open' }).getByText('done').count()).toBe(1);
    await inspectPage(page, 'run-at-work-phone-dark');
    // The next step of the lane is there without a reload.
    await begin('06.002', 'copy-7');
    await rows.filter({ hasText: 'copy-7' }).getByText('at work since').waitFor();
    expect(await rows.filter({ hasText: '06.001' }).count()).toBe(0);
    expect(problems).toEqual([]);
  });
});
