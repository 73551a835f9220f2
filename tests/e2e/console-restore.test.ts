import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { createToken } from '#lib/access/token-store.ts';
import { listAudit } from '#lib/audit/audit-store.ts';
import { listRunIds, readRun } from '#lib/runs/run-store.ts';
import { recordCheck } from '#lib/standing/check-store.ts';
import { runSql } from '#tests/support/with-client.ts';
import { token } from './app-server.ts';
import { backUp } from './back-up.ts';
import { describePages, inspectPage, phone, waitForState } from './browser.ts';
import { type ConsolePlace, openConsolePlace } from './console-place.ts';
import { waitForResult } from './run-of-event.ts';

let place: ConsolePlace;
/** The backup that everything here is restored from, and one that is known to be damaged. */
let backup: string;
let damaged: string;

beforeAll(async () => {
  place = await openConsolePlace({
    config: { connections: { live: { protected: true } } },
    databases: {
      source: {
        cluster: 'source',
        fill: (url) =>
          runSql(
            url,
            `create table players (id int primary key, name text not null);
             insert into players select n, 'player ' || n from generate_series(1, 500) n`,
          ),
      },
      live: {
        cluster: 'target',
        fill: (url) => runSql(url, 'create table old_players (id int); insert into old_players values (1)'),
      },
      empty: { cluster: 'target' },
    },
  });
  damaged = await backUp(place, 'source');
  backup = await backUp(place, 'source');
  await recordCheck(
    await place.openRepository(),
    { connection: 'source', backupId: damaged },
    {
      ...{ kind: 'verify', passed: false, run: '20261121T000000Z-00aaaa', at: '2026-11-21T00:00:00.000Z' },
      ...{ how: 'read every object: one is missing', recoveryMs: null },
    },
  );
});

afterAll(() => place?.[Symbol.asyncDispose]());

/** The runs of a kind that the repository knows. */
async function countRuns(kind: string): Promise<number> {
  const repository = await place.openRepository();
  const runs = await Promise.all((await listRunIds(repository)).map((id) => readRun(repository, id)));
  return runs.filter((run) => run?.kind === kind).length;
}

describePages('the guided pages', () => {
  it('lead to a restore of a protected target by its name and an approval, and back', async () => {
    await using watched = await place.openConsole({ colorScheme: 'dark' });
    const { page, problems } = watched;
    await page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name: 'Restore' }).click();
    await page.getByText('Not to be restored: its verification found damage.').waitFor();
    expect(await page.getByRole('link', { name: `Choose ${damaged}` }).count()).toBe(0);
    await inspectPage(page, 'restore-backup-dark');
    await page.getByRole('link', { name: `Choose ${backup} of source` }).click();
    await page.getByLabel('Restore into').selectOption('live');
    await page.getByLabel('Ask for an approval').check();
    await inspectPage(page, 'restore-options-dark');
    await page.getByRole('button', { name: 'Look at the target' }).click();

    await page.getByRole('heading', { name: 'Preflight' }).waitFor();
    await page
      .getByText(/^database-swap: role .* can create databases$/)
      .first()
      .waitFor();
    await page.getByText('connection live: it is protected.').waitFor();
    await inspectPage(page, 'restore-preflight-dark');
    const typed = page.getByRole('textbox', { name: 'Type live to confirm' });
    await typed.fill('life');
    await page.getByRole('button', { name: 'Start the restore' }).click();
    await page.getByText('The name that was given to confirm is not live, the target.').waitFor();
    await inspectPage(page, 'restore-wrong-name-dark');
    expect(await countRuns('restore')).toBe(0);
    const { entries } = await listAudit(await place.openRepository(), { limit: 1 });
    expect(entries).toMatchObject([{ what: 'holdfast/restore.requested', object: 'live', outcome: 'refused' }]);

    await typed.fill('live');
    await page.getByRole('button', { name: 'Start the restore' }).click();
    await page.waitForURL(/\/runs\/[^/]+$/);
    const run = page.url();
    await waitForState(page, 'waiting for approval');
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Approve' }).click();
    await page.getByText('the copy is live').waitFor();
    await inspectPage(page, 'restore-live-dark');
    await page.getByRole('link', { name: 'Roll back…' }).click();
    await page.getByRole('button', { name: 'Roll back…' }).click();
    await page.getByRole('alertdialog').getByRole('textbox').fill('live');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Roll it back' }).click();
    await page.waitForURL((address) => /\/runs\/[^/]+$/.test(address.pathname) && address.href !== run);
    await waitForState(page, 'completed');
    await page.goto(run);
    await page.getByText('rolled back: what served before serves again').waitFor();
    expect(problems).toEqual([]);
  });

  it('need no script, and tell what stands in the way of a transfer', async () => {
    await using watched = await place.openConsole({ javaScriptEnabled: false });
    const { page } = watched;
    await page.goto(`${place.app.url}/transfer`);
    await page.locator('select[name="from"]').selectOption('source');
    await page.locator('select[name="to"]').selectOption('source');
    await page.getByRole('button', { name: 'Look at both' }).click();
    await page.getByText('it is the database of source itself').first().waitFor();
    expect(await page.getByRole('button', { name: 'Start the transfer' }).count()).toBe(0);
    await page.locator('select[name="to"]').selectOption('empty');
    await page.getByRole('button', { name: 'Look again' }).click();
    await page
      .getByText(/^in-place: database .* is empty$/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Start the transfer' }).click();
    await page.waitForURL(/\/runs\/[^/]+$/);
    const repository = await place.openRepository();
    const run = await readRun(repository, page.url().split('/').at(-1) ?? '');
    expect(run).toMatchObject({ kind: 'transfer', connection: 'source', target: 'empty' });
    expect(await waitForResult(repository, run?.eventId ?? '')).toMatchObject({ status: 'completed' });
  });

  it('show how a transfer would go at phone width', async () => {
    await using watched = await place.openConsole(phone);
    const { page, problems } = watched;
    await page.goto(`${place.app.url}/transfer?from=source&to=live&fence=on`);
    await page.getByText('connection live: it is protected.').waitFor();
    await page.getByText('right to fence').first().waitFor();
    await inspectPage(page, 'transfer-phone');
    await page.goto(`${place.app.url}/restore`);
    await inspectPage(page, 'restore-phone');
    expect(problems).toEqual([]);
  });

  it('have an API beside them that answers the same request with the same run', async () => {
    const ask = async (path: string, body: object, headers: Record<string, string> = {}) => {
      const response = await fetch(`${place.app.url}/api/v1/${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, ...headers },
        body: JSON.stringify(body),
      });
      const json: unknown = await response.json();
      return { status: response.status, json };
    };
    const before = await countRuns('restore');
    const wanted = { backup, from: 'source', to: 'live' };
    const looked = await ask('restores/preflight', wanted);
    expect(looked).toMatchObject({ status: 200, json: { problems: [], choice: { strategy: 'database-swap' } } });
    expect(looked.json).toHaveProperty('consent.0.name', 'protection');
    for (const [body, code, status] of [
      [wanted, 'preflight_protection', 409],
      [{ ...wanted, confirm: 'life' }, 'wrong_confirmation', 400],
      [{ ...wanted, backup: damaged, confirm: 'live' }, 'backup_known_damaged', 409],
      [{ ...wanted, backup: 'none' }, 'unknown_backup', 404],
      [{ ...wanted, to: 'nowhere' }, 'unknown_connection', 400],
      [{ ...wanted, cutover: false, requireApproval: true }, 'usage_conflict', 400],
    ] as const) {
      expect(await ask('restores', body), code).toMatchObject({ status, json: { code } });
    }
    expect(await countRuns('restore')).toBe(before);

    const given = { ...wanted, confirm: 'live', cutover: false };
    const key = { 'idempotency-key': 'the-same' };
    const [first, second] = await Promise.all([ask('restores', given, key), ask('restores', given, key)]);
    const { event, run } = z.object({ event: z.string(), run: z.string() }).parse(first.json);
    expect(second).toEqual(first);
    expect(await ask('restores', { ...given, proof: 'counts' }, key)).toMatchObject({
      ...{ status: 409, json: { code: 'idempotency_key_reused' } },
    });
    expect(await waitForResult(await place.openRepository(), event)).toMatchObject({
      status: 'completed',
      run: { id: run },
    });
    expect(await ask('restores', given, key)).toEqual(first);
    expect(await countRuns('restore')).toBe(before + 1);

    const scope = { name: 'ci', role: 'operator' as const, connections: ['source'], expiresIn: null };
    const { text } = await createToken(await place.openRepository(), scope, { by: 'test' });
    const scoped = { authorization: `Bearer ${text}` };
    for (const [path, body] of [
      ['restores', wanted],
      ['restores/preflight', wanted],
      ['transfers', { from: 'source', to: 'live' }],
      ['recoveries', { backup, to: 'live', tables: ['players'], schema: 'rescue' }],
    ] as const) {
      expect(await ask(path, body, scoped), path).toMatchObject({ status: 403, json: { code: 'out_of_scope' } });
    }
    const unknown = { backup, to: 'source', tables: ['plaiers'], schema: 'rescue2' };
    expect(await ask('recoveries', unknown, scoped)).toMatchObject({ status: 400, json: { code: 'no_such_table' } });
    const { status, json } = await place.app.call(`/api/v1/runs/${run}/differences`);
    expect([status, json]).toMatchObject([409, { code: 'no_differences' }]);
  });
});
