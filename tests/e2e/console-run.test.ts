import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { overrideEnvironment } from '#lib/config/environment.ts';
import { openRun, recordAttempt, writeProgress } from '#lib/runs/run-store.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { leaveSideSchema } from '#tests/support/leave-side-schema.ts';
import { runSql } from '#tests/support/with-client.ts';
import { backUp } from './back-up.ts';
import { describePages, inspectPage, phone, waitForState } from './browser.ts';
import { type ConsolePlace, openConsolePlace } from './console-place.ts';

let place: ConsolePlace;

beforeAll(async () => {
  const fill = (url: string) =>
    runSql(url, 'create table players (id int primary key); insert into players values (1), (2)');
  place = await openConsolePlace({ databases: { source: { cluster: 'source', fill } } });
  // What other processes of the same installation have written.
  overrideEnvironment({
    HOLDFAST_REPOSITORY: `file:${join(place.folder, 'repository')}`,
    HOLDFAST_STATE: join(place.folder, 'state'),
    HOLDFAST_DATABASE_SOURCE_URL: place.urlOf('source'),
  });
});

afterAll(async () => {
  overrideEnvironment({});
  await place?.[Symbol.asyncDispose]();
});

describePages('the page of a run', () => {
  it('of a recovery that failed offers what it has left to be dropped, and the recovery once more', async () => {
    await backUp(place, 'source');
    const { run } = await leaveSideSchema(await openWorkspace());
    await using watched = await place.openConsole();
    const { page, problems } = watched;
    await page.goto(`${place.app.url}/runs/${run.id}`);
    await page.getByText('What the run has made in the schema side of source may still be there.').waitFor();
    await inspectPage(page, 'recover-left-light');
    await page.getByRole('link', { name: 'Do it again…' }).click();
    await page.getByRole('heading', { name: 'Tables and target' }).waitFor();
    expect(new URL(page.url()).searchParams.get('to')).toBe('source');

    await page.goto(`${place.app.url}/runs/${run.id}`);
    await page.getByRole('button', { name: 'Drop the schema…' }).click();
    const dialog = page.getByRole('alertdialog');
    expect(await dialog.getByRole('button', { name: 'Drop it' }).isDisabled()).toBe(true);
    await dialog.getByRole('textbox').fill('side');
    await dialog.getByRole('button', { name: 'Drop it' }).click();
    await page.waitForURL((address) => /\/runs\/[^/]+$/.test(address.pathname) && !address.href.endsWith(run.id));
    await waitForState(page, 'completed');
    expect(await runSql(place.urlOf('source'), `select nspname from pg_namespace where nspname = 'side'`)).toEqual([]);
    await page.goto(`${place.app.url}/runs/${run.id}`);
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
    await using watched = await place.openConsole({ ...phone, colorScheme: 'dark' });
    const { page, problems } = watched;
    await page.goto(`${place.app.url}/runs/${run.id}`);
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
