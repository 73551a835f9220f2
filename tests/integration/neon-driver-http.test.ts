import { describe, expect, it } from 'vitest';
import { bareConnection } from '#lib/config/bare-connection.ts';
import { checkConnection } from '#lib/doctor/check-connection.ts';
import { queryOverHttp } from '#lib/postgres/query-over-http.ts';
import { findFreePort } from '#tests/support/find-free-port.ts';
import { testCluster, urlOfDatabase } from '#tests/support/test-database.ts';
import { startWebSocketProxy } from '#tests/support/websocket-proxy.ts';

describe('one statement by HTTP', () => {
  it('is answered in text', async () => {
    const { url } = testCluster('source');
    await using proxy = await startWebSocketProxy({ servers: [url] });
    const connection = { name: 'neon', url, wsProxy: `ws://${proxy.address}` };
    const rows = await queryOverHttp(
      connection,
      `select 1 as one, null as nothing, '{"a": [1]}'::jsonb as json, array[1, 2] as list`,
    );
    expect(rows).toEqual([{ one: '1', nothing: null, json: '{"a": [1]}', list: '{1,2}' }]);
    expect(proxy.accepted).toBe(0);
  });

  it('fails as a session does', async () => {
    const { url } = testCluster('source');
    await using proxy = await startWebSocketProxy({ servers: [url] });
    const ask = (to: string, sql = 'select 1', wsProxy = `ws://${proxy.address}`) =>
      queryOverHttp({ name: 'neon', url: to, wsProxy }, sql);
    await expect(ask(url, 'select 1 / 0')).rejects.toMatchObject({ name: 'DatabaseError', code: 'sqlstate_22012' });
    const wrong = urlOfDatabase(url, { database: 'postgres', password: 'not-this-one' });
    const refused = await ask(wrong).catch((cause: unknown) => cause);
    expect(refused).toMatchObject({ name: 'RefusedError', code: 'login_refused' });
    expect(String(refused)).not.toContain('not-this-one');
    await expect(ask(url, 'select 1', `ws://127.0.0.1:${await findFreePort()}`)).rejects.toMatchObject({
      code: 'unreachable',
      retryable: true,
    });
  });
});

it('tells the doctor whether it is the database or the WebSocket that is missing', async () => {
  const { url } = testCluster('source');
  await using proxy = await startWebSocketProxy({ servers: [url] });
  const connection = { ...bareConnection('neon', url), driver: 'websocket', wsProxy: `ws://${proxy.address}` } as const;
  expect(await checkConnection(connection)).toMatchObject([{ name: 'connection', passed: true }]);
  proxy.refuse(true);
  expect(await checkConnection(connection)).toMatchObject([
    { name: 'connection', passed: false },
    { name: 'https', passed: false, detail: expect.stringMatching(/PostgreSQL 16\.\d+ answers by HTTPS/) },
  ]);
  await proxy.stop();
  expect(await checkConnection(connection)).toMatchObject([
    { name: 'connection', passed: false },
    { name: 'https', passed: false, detail: expect.stringMatching(/not by HTTPS either.*ECONNREFUSED/) },
  ]);
});
