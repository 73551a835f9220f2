import { rename, rm, writeFile } from 'node:fs/promises';
import { Webhook } from 'standardwebhooks';
import { expect, it } from 'vitest';
import { z } from 'zod';
import type { UserConfig } from '#lib/config/config-schema.ts';
import { noticeSchema } from '#lib/notify/notice.ts';
import { readNotified } from '#lib/notify/notified-store.ts';
import { readResult } from '#lib/runs/run-store.ts';
import { createDatabase, type TestDatabase } from '#tests/support/test-database.ts';
import { waitFor } from '#tests/support/wait-for.ts';
import { openReceiver, type Received, type WebhookReceiver } from '#tests/support/webhook-receiver.ts';
import { runSql } from '#tests/support/with-client.ts';
import { type Holdfast, withHoldfast } from '#tests/support/workflow.ts';

const secret = `whsec_${Buffer.from('a signing secret of 24 bytes or more').toString('base64')}`;
const environment = { HOOK_SECRET: secret };

type Written = NonNullable<UserConfig['notify']>[number];
const hook = (url: string, over: Partial<Written> = {}): Written =>
  ({ kind: 'webhook', url: `${url}/t0ken-in-path`, secretFrom: 'HOOK_SECRET', ...over }) as Written;

const bodySchema = z.object({ type: z.string(), timestamp: z.string(), data: noticeSchema.omit({ at: true }) });

/** The notice of a request, whose signature is checked. */
function readNotice({ body, headers }: Received) {
  const named = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  return bodySchema.parse(new Webhook(secret).verify(body, named)).data;
}

async function createSource(): Promise<TestDatabase> {
  const source = await createDatabase({ cluster: 'source' });
  await runSql(
    source.url,
    `create table players (id int primary key); insert into players select generate_series(1, 7)`,
  );
  return source;
}

/** What a receiver has heard once the runner has nothing more to do. */
async function hear({ runner }: Holdfast, receiver: WebhookReceiver) {
  await runner.idle();
  return receiver.received.splice(0).map(readNotice);
}

it('a failure, its end and a success are told once each, to whom they concern, and written beside the run', async () => {
  await using source = await createSource();
  await using all = await openReceiver();
  await using alarms = await openReceiver();
  await using others = await openReceiver();
  await using deadMan = await openReceiver({ status: 200, body: 'OK' });
  const criticalQueries = [{ name: 'coins', sql: 'select count(*) from coins' }];
  const config: UserConfig = {
    connections: { source: { criticalQueries, ping: `${deadMan.url}/uu1d` } },
    publicUrl: 'https://holdfast.example.com/',
    notify: [
      hook(all.url, { name: 'all', on: ['failure', 'overdue', 'recovered', 'success'] }),
      hook(alarms.url, { name: 'alarms' }),
      hook(others.url, { name: 'others', connections: ['target'] }),
    ],
  };
  await withHoldfast({ source: source.url, config, environment }, async (holdfast) => {
    const failed = await holdfast.backup();
    expect(failed.result.status).toBe('failed');
    const [notice, ...more] = await hear(holdfast, all);
    expect(more).toEqual([]);
    expect(notice).toMatchObject({
      ...{ id: `${failed.id}.failure`, event: 'failure', title: 'Backup of source failed', status: 'failed' },
      ...{ connection: 'source', kind: 'backup', run: failed.id, backup: failed.result.run.backup },
      ...{ message: failed.result.error?.message, hint: failed.result.error?.hint, rows: null },
      ...{ durationMs: failed.result.durationMs, link: `https://holdfast.example.com/runs/${failed.id}` },
    });
    expect(notice?.message).toContain('coins');
    expect((await hear(holdfast, alarms)).map(({ event }) => event)).toEqual(['failure']);

    await runSql(source.url, 'create table coins (id int)');
    const first = await holdfast.backup();
    expect(await hear(holdfast, all)).toMatchObject([{ event: 'recovered', rows: '7', run: first.id }]);
    expect(await hear(holdfast, alarms)).toMatchObject([{ event: 'recovered', title: 'Backup of source works again' }]);

    const second = await holdfast.backup();
    const [told] = await hear(holdfast, all);
    expect(told).toMatchObject({ event: 'success', title: 'Backup of source is done', newBytes: '0', run: second.id });
    expect(told?.bytes).toMatch(/^\d+$/);
    expect(await hear(holdfast, alarms)).toEqual([]);
    expect(others.received).toEqual([]);

    expect(deadMan.received.map(({ path }) => path)).toEqual(['/uu1d/fail', '/uu1d', '/uu1d']);
    const written = await readNotified(holdfast.repository, failed.id);
    expect(written).toMatchObject([
      { channel: 'alarms', event: 'failure', state: 'delivered', detail: 'answered 204' },
      { channel: 'all', event: 'failure', state: 'delivered', detail: 'answered 204' },
    ]);
    // Nothing is left to be sent, and none of the secrets is in the repository.
    const keys: string[] = [];
    for await (const { key } of holdfast.repository.store.list('')) {
      keys.push(key);
      const text = (await holdfast.repository.store.get(key))?.toString('latin1') ?? '';
      for (const word of ['t0ken-in-path', secret, 'uu1d']) expect(text, key).not.toContain(word);
    }
    expect(keys.filter((key) => key.startsWith('outbox/'))).toEqual([]);
  });
});

it('a failed proof is told with its first failed check, and a part of a run not by itself', async () => {
  await using source = await createSource();
  await using target = await createDatabase({ cluster: 'target' });
  await using receiver = await openReceiver();
  const criticalQueries = [{ name: 'where', sql: 'select current_database()' }];
  const config: UserConfig = {
    connections: { source: { criticalQueries } },
    notify: [hook(receiver.url, { on: ['failure', 'success'] })],
  };
  await withHoldfast({ source: source.url, target: target.url, config, environment }, async (holdfast) => {
    const { id } = await holdfast.run('transfer', { from: 'source', to: 'target' });
    const notices = await hear(holdfast, receiver);
    expect(notices).toMatchObject([
      {
        ...{ run: id, kind: 'transfer', connection: 'source', target: 'target', status: 'proof-failed', rows: '7' },
        check: { object: 'query "where" (query)', expected: expect.stringContaining(source.name) },
        title: 'Transfer of source into target failed: the copy is not equal',
      },
    ]);
  });
});

it('a receiver that is down, busy, gone or silent neither holds a run up nor fails it', async () => {
  await using source = await createSource();
  await using busy = await openReceiver();
  await using gone = await openReceiver({ status: 410 });
  await using silent = await openReceiver();
  busy.answers.push({ status: 500 }, { status: 429 }, { status: 502 });
  silent.answers.push('hang');
  const notify: Written[] = [
    hook(busy.url, { name: 'busy', on: ['success'] }),
    hook(gone.url, { name: 'gone', on: ['success'] }),
    hook(silent.url, { name: 'silent', on: ['success'] }),
    { kind: 'slack', urlFrom: 'NOT_SET', on: ['success'] },
  ];
  await withHoldfast({ source: source.url, config: { notify }, environment }, async (holdfast) => {
    const run = await holdfast.backup();
    expect(run.result.status).toBe('completed');
    await waitFor(async () => (silent.received.length > 0 ? true : undefined));
    // The run has ended while its receiver still says nothing.
    expect(await readResult(holdfast.repository, run.id)).toMatchObject({ status: 'completed' });
    expect((await readNotified(holdfast.repository, run.id)).map(({ channel }) => channel)).not.toContain('silent');
    await holdfast.runner.idle();
    expect(new Set(busy.received.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([`${run.id}.success`]));
    expect(busy.received).toHaveLength(4);
    expect(gone.received).toHaveLength(1);
    expect(silent.received).toHaveLength(2);
    expect(await readNotified(holdfast.repository, run.id)).toMatchObject([
      { channel: 'busy', state: 'delivered' },
      { channel: 'gone', state: 'refused', detail: `${gone.url} answered 410.` },
      { channel: 'silent', state: 'delivered' },
      { channel: 'slack', state: 'refused', detail: 'NOT_SET is not set.' },
    ]);
  });
});

it('a server that looks for overdue backups tells once, and the next backup tells that it is over', async () => {
  await using source = await createSource();
  await using receiver = await openReceiver();
  const config: UserConfig = { connections: { source: { rpo: '1h' } }, notify: [hook(receiver.url)] };
  await withHoldfast({ source: source.url, config, environment }, async (holdfast) => {
    const look = { name: 'holdfast/overdue.requested', data: {} };
    await holdfast.runner.send(look);
    const [notice, ...more] = await hear(holdfast, receiver);
    expect(more).toEqual([]);
    expect(notice).toMatchObject({
      ...{ event: 'overdue', title: 'Backup of source is overdue', connection: 'source', run: null },
      message: 'There is no good backup of source.',
    });
    await holdfast.runner.send(look);
    expect(await hear(holdfast, receiver)).toEqual([]);
    await holdfast.backup();
    expect(await hear(holdfast, receiver)).toMatchObject([{ event: 'recovered', kind: 'backup', status: 'completed' }]);
    await holdfast.runner.send(look);
    expect(await hear(holdfast, receiver)).toEqual([]);
  });
});

it('that the repository itself cannot be reached is told too', async () => {
  await using source = await createSource();
  await using receiver = await openReceiver();
  const config = { notify: [hook(receiver.url)] };
  await withHoldfast({ source: source.url, config, environment }, async (holdfast) => {
    await rename(holdfast.folder, `${holdfast.folder}.gone`);
    await writeFile(holdfast.folder, 'no folder');
    const { finished } = await holdfast.start({ name: 'holdfast/backup.requested', data: { connection: 'source' } });
    await expect(finished).rejects.toThrow();
    const notices = await hear(holdfast, receiver);
    expect(notices).toMatchObject([{ event: 'failure', connection: 'source', kind: 'backup', status: 'failed' }]);
    await rm(holdfast.folder);
    await rename(`${holdfast.folder}.gone`, holdfast.folder);
  });
});
