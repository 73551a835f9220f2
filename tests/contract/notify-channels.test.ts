import { readFile } from 'node:fs/promises';
import { createServer as createTlsServer } from 'node:https';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import type { Channel, ChatChannel, EmailChannel, Secret, WebhookChannel } from '#lib/config/channel.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { deliverNotice } from '#lib/notify/deliver-notice.ts';
import { ping } from '#lib/notify/ping.ts';
import { post } from '#lib/notify/post.ts';
import { openDiscord, openSlack } from '#tests/support/chat-receivers.ts';
import { listenOnFreePort } from '#tests/support/listen-on-free-port.ts';
import { mailCertificate, mailKey, mailLogin, openMailServer, openSilentServer } from '#tests/support/mail-server.ts';
import { makeNotice } from '#tests/support/make-notice.ts';
import { openReceiver } from '#tests/support/webhook-receiver.ts';

const signingSecret = `whsec_${Buffer.from('a signing secret of 24 bytes or more').toString('base64')}`;
const base = { on: ['failure'], connections: null } as const;
const given = (value: string | null): Secret => ({ value, from: 'SOME_VARIABLE' });
const webhook = (url: string, secret = signingSecret): WebhookChannel => ({
  ...{ ...base, name: 'hook', kind: 'webhook', url: given(url), secret: given(secret) },
});
const chat = (kind: ChatChannel['kind'], url: string): ChatChannel => ({ ...base, name: kind, kind, url: given(url) });

async function refusalOf(channel: Channel): Promise<HoldfastError> {
  const error = await deliverNotice(channel, makeNotice()).catch((cause: unknown) => cause);
  if (error instanceof HoldfastError) return error;
  throw new Error(`It was not refused: ${String(error)}`);
}

describe('a webhook', () => {
  it('is signed so that the library of Standard Webhooks takes it, with the same id for every attempt', async () => {
    await using receiver = await openReceiver();
    const channel = webhook(`${receiver.url}/hooks/t0ken?key=k3y`);
    expect(await deliverNotice(channel, makeNotice())).toBe('answered 204');
    await deliverNotice(channel, makeNotice());
    const ids = receiver.received.map(({ body, headers }) => {
      const named = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
      const { at, ...data } = makeNotice();
      expect(new Webhook(signingSecret).verify(body, named)).toEqual({ type: 'holdfast.failure', timestamp: at, data });
      const changed = body.replace('neon', 'moon');
      expect(() => new Webhook(signingSecret).verify(changed, named)).toThrow('No matching signature');
      return named['webhook-id'];
    });
    expect(ids).toEqual([makeNotice().id, makeNotice().id]);
    expect(receiver.received[0]).toMatchObject({ method: 'POST', path: '/hooks/t0ken?key=k3y' });
  });

  it('does not follow a redirect, with or without its secrets', async () => {
    await using other = await openReceiver();
    await using receiver = await openReceiver({ status: 307, headers: { location: `${other.url}/stolen` } });
    const error = await refusalOf(webhook(receiver.url));
    expect(error).toMatchObject({ name: 'RefusedError', code: 'receiver_redirects' });
    expect(other.received).toEqual([]);
  });

  it.each([
    [500, true],
    [503, true],
    [408, true],
    [425, true],
    [429, true],
    [400, false],
    [401, false],
    [404, false],
    [410, false],
  ])('that answers %i is worth another attempt: %s', async (status, retryable) => {
    await using receiver = await openReceiver({ status, body: 'no', headers: { 'retry-after': '7' } });
    const error = await refusalOf(webhook(receiver.url));
    expect(error).toMatchObject({ retryable, message: `${receiver.url} answered ${status}: no.` });
    if (retryable) expect(error).toMatchObject({ retryAfterMs: 7_000 });
    expect(receiver.received).toHaveLength(1);
  });

  it('that never answers is given up in time', async () => {
    await using receiver = await openReceiver('hang');
    const posting = { url: `${receiver.url}/t0ken`, body: '{}', patienceMs: 200 };
    await expect(post(posting)).rejects.toMatchObject({
      ...{ name: 'UnavailableError', code: 'receiver_unreachable' },
      message: `${receiver.url} does not answer: no answer in time.`,
    });
  });

  it('that is not there, or whose certificate does not hold, says why and shows no secret', async () => {
    const pem = await Promise.all([mailKey, mailCertificate].map((file) => readFile(file)));
    const server = createTlsServer({ key: pem[0], cert: pem[1] }, (_request, response) => void response.end());
    const port = await listenOnFreePort(server);
    const bad = await refusalOf(webhook(`https://127.0.0.1:${port}/t0ken`));
    server.close();
    expect(bad).toMatchObject({ retryable: true });
    expect(bad.message).toBe(`https://127.0.0.1:${port} does not answer: DEPTH_ZERO_SELF_SIGNED_CERT.`);
    const gone = await refusalOf(webhook(`http://user:passw0rd@127.0.0.1:${port}/t0ken?key=k3y`));
    expect(gone.message).toBe(`http://127.0.0.1:${port} does not answer: ECONNREFUSED.`);
  });

  it('that says back what it was sent does not bring a secret into a message', async () => {
    await using receiver = await openReceiver(({ path, headers }) => ({
      status: 400,
      body: `no ${path} ${String(headers['webhook-id'])} ${signingSecret} ${signingSecret.slice(6)}`,
    }));
    const { message } = await refusalOf(webhook(`${receiver.url}/hooks/t0ken?key=k3y`));
    expect(message).toBe(`${receiver.url} answered 400: no *** ${makeNotice().id} *** ***.`);
  });

  it('without its secret, its URL or with a wrong one is refused in words that show nothing', async () => {
    expect(await refusalOf({ ...webhook(''), url: given(null) })).toMatchObject({
      message: 'SOME_VARIABLE is not set.',
    });
    const wrong = await refusalOf(webhook('http://127.0.0.1:9', 'whsec_n#t base64'));
    expect(wrong.message).toBe('The secret of the webhook (SOME_VARIABLE) is not base64.');
    const noUrl = await refusalOf(webhook('s3cret-and-no-url'));
    expect(noUrl).toMatchObject({ name: 'UsageError', code: 'bad_channel_url' });
    expect(noUrl.message + noUrl.hint).not.toContain('s3cret');
  });

  it('takes a login in its URL as Basic authentication', async () => {
    await using receiver = await openReceiver();
    await deliverNotice(webhook(receiver.url.replace('//', '//me:p%40ss@')), makeNotice());
    const expected = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
    expect(receiver.received[0]?.headers.authorization).toBe(expected);
  });
});

/** As long as an error message can get, of characters that are escaped. */
const long = makeNotice({ message: '&'.repeat(9_000), hint: '<'.repeat(9_000), title: '>'.repeat(9_000) });
const bare = makeNotice({ hint: '', link: null, check: null, connection: null, rows: null, status: null });

describe('Slack', () => {
  it('takes every message within its limits, escaped, with nobody called', async () => {
    await using slack = await openSlack('T0/B0/s3cr3t');
    const channel = chat('slack', `${slack.url}/services/T0/B0/s3cr3t`);
    for (const notice of [makeNotice(), long, bare]) expect(await deliverNotice(channel, notice)).toBe('answered 200');
    const body = slack.received[0]?.body ?? '';
    expect(body).toContain('&lt;b&gt;has&lt;/b&gt; 3 rows &amp; not 4 @everyone &lt;!channel&gt;');
    for (const said of ['1,234,567', '9 PB', '2 kB', '1m 10s', 'public.orders (rows)', '|See the run>']) {
      expect(body).toContain(said);
    }
  });

  it('that knows no such token is refused without showing it', async () => {
    await using slack = await openSlack('T0/B0/other');
    const { message } = await refusalOf(chat('slack', `${slack.url}/services/T0/B0/s3cr3t`));
    expect(message).toBe(`${slack.url} answered 404: no_service.`);
  });
});

describe('Discord', () => {
  it('takes every message within its limits, and mentions nobody', async () => {
    await using discord = await openDiscord('s3cr3t');
    const channel = chat('discord', `${discord.url}/api/webhooks/1/s3cr3t`);
    const full = makeNotice({
      ...long,
      backup: 'b'.repeat(900),
      check: { object: 'o'.repeat(9_000), expected: '1'.repeat(9_000), actual: '2'.repeat(9_000) },
    });
    for (const notice of [makeNotice(), full, bare]) expect(await deliverNotice(channel, notice)).toBe('answered 204');
    expect(JSON.parse(discord.received[0]?.body ?? '')).toMatchObject({ allowed_mentions: { parse: [] } });
  });
});

function email(over: Partial<EmailChannel> & Pick<EmailChannel, 'port'>): EmailChannel {
  const login = { user: given(mailLogin.user), password: given(mailLogin.password) };
  const about = { from: 'Holdfast <backup@example.com>', to: ['ops@example.com', 'dba@example.com'] };
  return {
    ...base,
    name: 'mail',
    kind: 'email',
    host: '127.0.0.1',
    tls: 'starttls',
    login,
    caFile: null,
    ...about,
    ...over,
  };
}

describe('a mail', () => {
  it.each([
    ['starttls', false],
    ['implicit', true],
  ] as const)('goes out encrypted by %s, with a login', async (tls, secure) => {
    await using server = await openMailServer({ secure });
    expect(await deliverNotice(email({ port: server.port, caFile: mailCertificate, tls }), makeNotice())).toMatch(
      /^250/,
    );
    const [mail] = server.mails;
    expect(mail).toMatchObject({ secure: true, user: mailLogin.user, from: 'backup@example.com' });
    expect(mail?.to).toEqual(['ops@example.com', 'dba@example.com']);
    const source = (mail?.source ?? '').replaceAll('=\r\n', '');
    expect(source).toContain('Subject: [holdfast] Restore of production into neon failed: the copy is not');
    expect(source).toContain(`Message-ID: <${makeNotice().id}@holdfast>`);
    expect(source).toContain('Auto-Submitted: auto-generated');
    expect(source).toContain('Table public.orders <b>has</b> 3 rows & not 4');
    expect(source).toContain('Table public.orders &lt;b&gt;has&lt;/b&gt; 3 rows &amp; not 4');
  });

  it('goes to a server on this machine without encryption where that is asked for', async () => {
    await using server = await openMailServer({ login: false, tls: false });
    const channel = email({ port: server.port, tls: 'none', login: null });
    expect(await deliverNotice(channel, makeNotice())).toMatch(/^250/);
    expect(server.mails).toMatchObject([{ secure: false }]);
  });

  it('is not sent to a server that offers no encryption, or has a certificate that does not hold', async () => {
    await using plain = await openMailServer({ tls: false, login: false });
    expect(await refusalOf(email({ port: plain.port, login: null }))).toMatchObject({ code: 'mail_refused' });
    await using other = await openMailServer({});
    const error = await refusalOf(email({ port: other.port }));
    expect(error).toMatchObject({ code: 'mail_refused' });
    expect(error.message).toContain('self-signed certificate');
    expect([...plain.mails, ...other.mails]).toEqual([]);
  });

  it('with a wrong password is refused and shows it nowhere', async () => {
    await using server = await openMailServer({});
    const login = { user: given(mailLogin.user), password: given('wr0ng-p4ssword') };
    const error = await refusalOf(email({ port: server.port, caFile: mailCertificate, login }));
    expect(error).toMatchObject({ name: 'RefusedError', code: 'mail_refused' });
    expect(error.message).toMatch(/535/);
    expect(error.message).not.toContain('wr0ng');
  });

  it('to nobody is refused; where one address is good, the others are named', async () => {
    await using server = await openMailServer({});
    const about = { port: server.port, caFile: mailCertificate };
    const error = await refusalOf(email({ ...about, to: ['nobody@example.com'] }));
    expect(error).toMatchObject({ code: 'mail_refused' });
    const some = email({ ...about, to: ['ops@example.com', 'nobody@example.com'] });
    expect(await deliverNotice(some, makeNotice())).toBe('taken, but not for nobody@example.com');
  });

  it('to a server that never says a word is given up in time, and tried again', async () => {
    await using silent = await openSilentServer();
    expect(await refusalOf(email({ port: silent.port }))).toMatchObject({ retryable: true, code: 'mail_unreachable' });
  });
});

describe('a dead-man switch', () => {
  it('hears of a success and, under /fail, of a failure', async () => {
    await using receiver = await openReceiver({ status: 200, body: 'OK' });
    const alarms = {
      pings: new Map([['shop', given(`${receiver.url}/uu1d/?a=1`)]]),
      ping: given(`${receiver.url}/all`),
    };
    expect(await ping(alarms, { connection: 'shop', succeeded: true, message: 'fine' })).toBe(true);
    expect(await ping(alarms, { connection: 'shop', succeeded: false, message: 'not' })).toBe(true);
    expect(await ping(alarms, { connection: 'other', succeeded: true, message: 'fine' })).toBe(true);
    expect(receiver.received.map(({ path, body }) => [path, body])).toEqual([
      ['/uu1d/?a=1', 'fine\n'],
      ['/uu1d/fail?a=1', 'not\n'],
      ['/all', 'fine\n'],
    ]);
    expect(await ping({ pings: new Map(), ping: null }, { connection: 'x', succeeded: true, message: '' })).toBe(false);
  });

  it('that refuses is named without its secret path', async () => {
    await using receiver = await openReceiver(({ path }) => ({ status: 404, body: `not found ${path}` }));
    for (const secret of ['/uu1d', '/uu1d?token=hush-hush', '/?token=hush-hush']) {
      const alarms = { pings: new Map(), ping: given(`${receiver.url}${secret}`) };
      const told = ping(alarms, { connection: 'shop', succeeded: true, message: '' });
      await expect(told).rejects.toThrow(`${receiver.url} answered 404: not found `);
      await expect(told).rejects.not.toThrow(/uu1d|hush/);
    }
  });
});
