import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { resolveConfig } from '#lib/config/resolve-config.ts';
import { preflightTransfer } from '#lib/cutover/preflight-transfer.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import { startCluster } from '#tests/support/postgres-cluster.ts';
import { startTcpProxy } from '#tests/support/tcp-proxy.ts';
import { runSql } from '#tests/support/with-client.ts';

it('tells a database from its physical copy, as branches on Neon are, and knows itself behind another address', async () => {
  await using stack = new AsyncDisposableStack();
  const one = stack.use(await startCluster({ major: 18 }));
  await runSql(one.url, 'create database shop');
  await runSql(one.urlOf('shop'), 'create table content (word text)');
  const copy = stack.use(await one.clone());
  const proxy = stack.use(await startTcpProxy(one.urlOf('shop')));
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-clones-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const location = `file:${folder}`;
  const workspace = {
    config: resolveConfig(
      {},
      {
        HOLDFAST_DATABASE_ONE_URL: one.urlOf('shop'),
        HOLDFAST_DATABASE_COPY_URL: copy.urlOf('shop'),
        HOLDFAST_DATABASE_SAME_URL: proxy.url,
        HOLDFAST_REPOSITORY: location,
      },
    ),
    repository: await openRepository({ location, access: 'write' }),
  };
  const check = async (to: string) => {
    const request = { from: 'one', to, confirm: to };
    const { checks } = await preflightTransfer(workspace, { runId: '20261121T120000Z-abcd', request });
    return checks.find(({ name }) => name === 'two databases')?.passed;
  };
  expect(await check('copy')).toBe(true);
  expect(await check('same')).toBe(false);
  expect(await check('one')).toBe(false);
});
