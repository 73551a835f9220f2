import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebClient } from '#tests/support/web-client.ts';
import { token } from './app-server.ts';
import { describePages, inspectPage, openBrowser, openPage, phone, signIn } from './browser.ts';
import { type HooksPlace, openHooksPlace } from './hooks-place.ts';

let place: HooksPlace;

beforeAll(async () => {
  place = await openHooksPlace();
});

afterAll(() => place?.[Symbol.asyncDispose]());

describe('the address of a hook in a browser', () => {
  const passOf = (text: string) => /name="pass" value="([^"]+)"/.exec(text)?.[1] ?? '';

  it('starts nothing by being looked at, and once by its button', async () => {
    const before = await place.countRuns();
    const browser = new WebClient();
    const [link, page] = await browser.follow(`${place.app.url}/api/hooks/${place.withToken('both')}`);
    expect([link?.status, page?.status]).toEqual([303, 200]);
    expect((await fetch(`${place.app.url}/api/hooks/${place.withToken('both')}`, { method: 'HEAD' })).status).toBe(200);
    expect(await place.countRuns()).toBe(before);
    const fields = { token: place.tokenOf('both'), pass: passOf(page?.text ?? '') };
    const press = () => browser.submit(`${place.app.url}/api/hooks/both`, fields, { accept: 'text/html' });
    const [first, second] = [await press(), await press()];
    expect(first.status).toBe(303);
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
    const outcome = await browser.send(`${place.app.url}${first.headers.get('location')}`);
    expect(outcome.text).toContain('Deploy hook');
    const ticket = new URL(first.headers.get('location') ?? '', place.app.url).searchParams.get('ticket');
    expect((await place.follow(`/api/hooks/both/outcome?ticket=${ticket}`)).status).toBe(200);
    expect(await place.countRuns()).toBe(before + 1);
    const tampered = { ...fields, pass: `${fields.pass.slice(0, -2)}xx` };
    const refused = await browser.submit(`${place.app.url}/api/hooks/both`, tampered, { accept: 'text/html' });
    expect(refused.headers.get('location')).toBe('/hooks/both?problem=hook_form_stale');
  });

  it('is nothing to who has not its token', async () => {
    for (const path of ['/hooks/both?token=x', '/hooks/none?token=x', '/hooks/both?ticket=x', '/hooks/both']) {
      expect((await new WebClient().send(`${place.app.url}${path}`)).status, path).toBe(404);
    }
  });
});

/** Every page is looked at twice. */
const looks = [
  ['light', {}],
  ['dark-phone', { ...phone, colorScheme: 'dark' }],
] as const;

describePages('a hook clicked in Chromium', () => {
  it('shows the backup it starts to its end', async () => {
    await using browser = await openBrowser();
    for (const [name, options] of looks) {
      await using watched = await openPage(browser, options);
      const { page, problems } = watched;
      await page.goto(`${place.app.url}/api/hooks/${place.withToken('deploy')}`);
      await page.getByRole('heading', { name: 'Deploy hook deploy' }).waitFor();
      await inspectPage(page, `hook-${name}`);
      await page.getByRole('button', { name: 'Back up source' }).click();
      await page.getByText('completed').waitFor();
      await inspectPage(page, `hook-done-${name}`);
      expect(problems).toEqual([]);
    }
  });

  it('is described on the page of the API, which needs no other host', async () => {
    await using browser = await openBrowser();
    for (const [name, options] of looks) {
      await using watched = await openPage(browser, options);
      const { page, problems } = watched;
      const hosts = new Set<string>();
      page.on('request', (request) => hosts.add(new URL(request.url()).host));
      await signIn(page, { url: place.app.url, token });
      await page.goto(`${place.app.url}/api-docs`);
      const hook = page.locator('details', { hasText: 'Start what the hook names' });
      await hook.locator('summary').click();
      await hook.getByText('x-vercel-signature').waitFor();
      await inspectPage(page, `api-docs-${name}`);
      expect([...hosts]).toEqual([new URL(place.app.url).host]);
      expect(problems).toEqual([]);
    }
  });
});

describePages('the page of hooks', () => {
  it('shows what each was sent and what came of it, makes an address, shows it once, and revokes it', async () => {
    await using browser = await openBrowser();
    await using watched = await openPage(browser, phone);
    const { page, problems } = watched;
    const press = (address: string) => fetch(address, { method: 'POST' });
    await place.post(place.withToken('both', '&wait=1'));
    await place.pushFromGitHub('{"zen":"Keep it logically awesome."}', { event: 'ping', delivery: '1' });
    await signIn(page, { url: place.app.url, token });
    await page.goto(`${place.app.url}/settings`);
    const settings = page.getByRole('navigation', { name: 'Settings' });
    await settings.getByRole('link', { name: 'API' }).waitFor();
    await settings.getByRole('link', { name: 'Hooks' }).click();
    const used = page.getByRole('region', { name: 'both' });
    await used.getByText('It backs source up, and asks whether that is good enough.').waitFor();
    await used.getByText('completed').first().waitFor();
    await page.getByRole('region', { name: 'push' }).getByText('ignored').first().waitFor();

    const any = page.getByRole('region', { name: 'any' });
    await any.getByText('no token').waitFor();
    await any.getByRole('button', { name: 'Make an address' }).click();
    const address = (await any.locator('code', { hasText: /token=hfh_/ }).textContent()) ?? '';
    await any.getByText('token made').waitFor();
    await inspectPage(page, 'settings-hooks-phone');
    expect((await press(address)).status).toBe(202);

    await any.getByRole('button', { name: 'New address…' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Make it' }).click();
    await any
      .locator('code', { hasText: /token=hfh_/ })
      .filter({ hasNotText: address })
      .waitFor();
    expect((await press(address)).status).toBe(401);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.reload();
    expect(await page.content()).not.toMatch(/hfh_/);
    await any.getByRole('button', { name: 'Revoke…' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke it' }).click();
    await any.getByText('token revoked').waitFor();
    await inspectPage(page, 'settings-hooks-dark-phone');
    expect(problems).toEqual([]);
    await place.expectNoSecret();
  });
});
