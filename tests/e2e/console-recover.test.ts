import { afterAll, beforeAll, expect, it } from 'vitest';
import { runSql } from '#tests/support/with-client.ts';
import { backUp } from './back-up.ts';
import { describePages, download, inspectPage, phone, waitForState } from './browser.ts';
import { type ConsolePlace, openConsolePlace } from './console-place.ts';

let place: ConsolePlace;

beforeAll(async () => {
  place = await openConsolePlace({
    databases: {
      source: {
        cluster: 'source',
        fill: (url) =>
          runSql(
            url,
            `create schema shop;
             create table players (id int primary key, name text not null);
             create table scores (player int not null references players, points int not null, primary key (player));
             create table shop.orders (id int primary key, note text);
             insert into players select n, 'player ' || n from generate_series(1, 500) n;
             insert into scores select n, n from generate_series(1, 500) n;
             insert into shop.orders select n, 'order ' || n from generate_series(1, 40) n`,
          ),
      },
    },
  });
});

afterAll(() => place?.[Symbol.asyncDispose]());

describePages('the guided pages', () => {
  it('recover tables, show the row differences, and drop what was recovered', async () => {
    await using watched = await place.openConsole();
    const { page, problems } = watched;
    const newest = await backUp(place, 'source');
    await runSql(
      place.urlOf('source'),
      `delete from scores where player = 7; update scores set points = 0 where player = 8;
       insert into players values (501, 'new'); drop table shop.orders`,
    );
    await page.goto(`${place.app.url}/recover`);
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
    expect((await place.app.call(`/api/v1/runs/${id}/differences`)).json).toEqual(json);
    expect((await download(page, 'SQL')).bytes.toString()).toContain('-- insert into "public"."scores"');
    await using small = await place.openConsole({ ...phone, colorScheme: 'dark' });
    await small.page.goto(`${run}/differences`);
    await inspectPage(small.page, 'differences-phone-dark');

    for (const [body, code] of [
      [{}, 'not_confirmed'],
      [{ confirm: 'source' }, 'wrong_confirmation'],
    ] as const) {
      expect(await place.app.call(`/api/v1/runs/${id}/discard`, body)).toMatchObject({ json: { code } });
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
    await runSql(place.urlOf('source'), 'create schema rescue');
    expect([...problems, ...small.problems]).toEqual([]);
  });
});
