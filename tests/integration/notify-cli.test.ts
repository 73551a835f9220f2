import { readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { expect, it } from 'vitest';
import { openDiscord, openSlack } from '#tests/support/chat-receivers.ts';
import { createCliSource } from '#tests/support/cli-database.ts';
import { type CliPlace, openCliPlace, passwordOf } from '#tests/support/cli-place.ts';
import { mailCertificate, mailLogin, openMailServer } from '#tests/support/mail-server.ts';
import { openReceiver, type WebhookReceiver } from '#tests/support/webhook-receiver.ts';

const signing = Buffer.from('a signing secret of 24 bytes or more').toString('base64');

async function writeConfig(place: CliPlace, config: object): Promise<void> {
  await writeFile(join(place.folder, 'holdfast.config.mjs'), `export default ${JSON.stringify(config)};\n`);
}

/** The events told to a receiver since the last look. */
function take({ received }: WebhookReceiver): string[] {
  return received.splice(0).map(({ body, headers }) => {
    const named = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    new Webhook(`whsec_${signing}`).verify(body, named);
    return JSON.parse(body).type;
  });
}

it('notify test sends by every channel and says of each what came of it, with no secret', async () => {
  await using slack = await openSlack('T0/B0/slack-s3cret');
  await using discord = await openDiscord('discord-s3cret');
  await using hook = await openReceiver();
  await using mail = await openMailServer({});
  const env = {
    SLACK_URL: `${slack.url}/services/T0/B0/slack-s3cret`,
    DISCORD_URL: `${discord.url}/api/webhooks/1/discord-s3cret`,
    HOOK_URL: `${hook.url}/hook-s3cret`,
    HOOK_SECRET: `whsec_${signing}`,
    MAIL_PASSWORD: mailLogin.password,
    WRONG_URL: `${slack.url}/services/wrong-s3cret`,
  };
  await using place = await openCliPlace({ ...env, HOLDFAST_CONFIG: 'holdfast.config.mjs' });
  const login = { user: mailLogin.user, passwordFrom: 'MAIL_PASSWORD', caFile: mailCertificate };
  const about = { host: '127.0.0.1', port: mail.port, from: 'backup@example.com', to: ['ops@example.com'] };
  const notify = [
    { kind: 'slack', urlFrom: 'SLACK_URL', connections: ['prodution'] },
    { kind: 'discord', urlFrom: 'DISCORD_URL' },
    { kind: 'webhook', urlFrom: 'HOOK_URL', secretFrom: 'HOOK_SECRET' },
    { kind: 'email', ...about, ...login },
    { kind: 'slack', name: 'wrong', urlFrom: 'WRONG_URL' },
    { kind: 'slack', name: 'unset', urlFrom: 'UNSET_URL' },
  ];
  await writeConfig(place, { notify });
  const all = await place.runJson(['notify', 'test'], { exitCode: 1 });
  expect(all.channels).toMatchObject([
    { channel: 'slack', delivered: true, detail: 'answered 200' },
    { channel: 'discord', delivered: true, detail: 'answered 204' },
    { channel: 'webhook', delivered: true, detail: 'answered 204' },
    { channel: 'email', delivered: true, detail: expect.stringMatching(/^250/) },
    { channel: 'wrong', delivered: false, detail: `${slack.url} answered 404: no_service.` },
    { channel: 'unset', delivered: false, detail: 'UNSET_URL is not set.' },
  ]);
  expect(mail.mails).toHaveLength(1);
  expect(take(hook)).toEqual(['holdfast.test']);
  const one = await place.run(['notify', 'test', 'slack']);
  expect(one.stderr).toContain('note: slack is for "prodution", a connection not known here.');
  expect(one).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/delivered +slack +answered 200/) });
  expect(await place.runBadly(['notify', 'test', 'nobody'], { exitCode: 2 })).toContain('no channel "nobody"');
  await place.expectNoSecret([
    'slack-s3cret',
    'discord-s3cret',
    'hook-s3cret',
    'wrong-s3cret',
    signing,
    mailLogin.password,
  ]);
  // A config that cannot be right is refused in words, before anything is sent.
  for (const [wrong, says] of [
    [{ kind: 'pager', urlFrom: 'X' }, /kind/],
    [{ kind: 'webhook', urlFrom: 'X' }, /it needs secret or secretFrom/],
    [{ kind: 'slack' }, /it needs url or urlFrom/],
    [{ kind: 'slack', urlFrom: 'X', on: ['disaster'] }, /on\[0\]/],
    [{ kind: 'email', ...about, host: 'mail.example.com', tls: 'none', user: 'u', password: 'p' }, /in the clear/],
  ] as const) {
    await writeConfig(place, { notify: [wrong] });
    expect(await place.runBadly(['notify', 'test'], { exitCode: 2 })).toMatch(says);
  }
});

it('a command stays until its notices are sent; what cannot be sent is left to the next look', async () => {
  await using source = await createCliSource();
  await using hook = await openReceiver();
  await using ping = await openReceiver({ status: 200, body: 'OK' });
  const env = { DATABASE_URL: source.url, HOOK_SECRET: `whsec_${signing}`, PING_URL: `${ping.url}/uu1d-s3cret` };
  await using place = await openCliPlace({ ...env, HOLDFAST_CONFIG: 'holdfast.config.mjs' });
  const url = `${hook.url}/hook-s3cret`;
  const all = { kind: 'webhook', url, secretFrom: 'HOOK_SECRET', on: ['success', 'failure', 'recovered', 'overdue'] };
  await writeConfig(place, {
    retryDelay: '200ms',
    pingFrom: 'PING_URL',
    connections: { production: { rpo: '1d' } },
    notify: [all],
  });
  // Nothing was ever backed up: that is told once.
  const never = await place.runJson(['overdue'], { exitCode: 3 });
  expect(never.connections).toMatchObject([{ overdue: true, says: 'There is no good backup of production.' }]);
  expect((await place.runJson(['overdue'], { exitCode: 3 })).told).toEqual([]);
  expect(take(hook)).toEqual(['holdfast.overdue']);
  hook.answers.push({ status: 503 }, { status: 200 });
  const first = await place.runJson(['backup']);
  expect(first.status).toBe('completed');
  expect(take(hook)).toEqual(['holdfast.recovered', 'holdfast.recovered']);
  expect(await place.runJson(['show', first.run.id])).toMatchObject({
    notified: [{ channel: 'webhook', event: 'recovered', state: 'delivered', detail: 'answered 200' }],
  });
  expect(ping.received.map(({ method, path }) => [method, path])).toEqual([['POST', '/uu1d-s3cret']]);
  expect(await place.listJournals()).toEqual([]);
  expect(await place.runJson(['overdue'])).toMatchObject({ connections: [{ overdue: false }], told: [] });

  // Backups carry their time in their names, so not the clock is moved but the promise.
  await writeConfig(place, { connections: { production: { rpo: '0s' } }, notify: [all] });
  const late = await place.runJson(['overdue'], { exitCode: 3 });
  expect(late.told).toMatchObject([{ channel: 'webhook', event: 'overdue', state: 'delivered' }]);
  expect(take(hook)).toEqual(['holdfast.overdue']);
  expect((await place.runJson(['overdue'], { exitCode: 3 })).told).toEqual([]);
  const shown = await place.run(['overdue']);
  expect(shown.stdout).toMatch(/overdue +production +The newest good backup of production is/);
  expect((await place.runJson(['backup'])).status).toBe('completed');
  expect(take(hook)).toEqual(['holdfast.recovered']);

  // A receiver that is down for longer than a command waits.
  await writeConfig(place, { retryDelay: '1h', notify: [all] });
  hook.answers.push({ status: 500 });
  const left = await place.run(['backup']);
  expect(left).toMatchObject({
    exitCode: 0,
    stderr: expect.stringContaining('note: A notification is not delivered yet.'),
  });
  expect(take(hook)).toEqual(['holdfast.success']);
  expect(await place.listJournals()).toEqual([]);
  const letters = join(place.repository, 'outbox');
  const [letter = ''] = await readdir(letters);
  const hourAgo = new Date(Date.now() - 3_600_000);
  await utimes(join(letters, letter), hourAgo, hourAgo);
  expect((await place.runJson(['overdue'])).told).toMatchObject([{ event: 'success', state: 'delivered' }]);
  expect(take(hook)).toEqual(['holdfast.success']);
  expect((await place.runJson(['overdue'])).told).toEqual([]);
  await rm(join(place.folder, 'holdfast.config.mjs'));
  await place.expectNoSecret([passwordOf(source.url), signing, 'uu1d-s3cret', 'hook-s3cret']);
});
