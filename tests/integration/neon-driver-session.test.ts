import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { classifyError } from '#lib/postgres/classify-error.ts';
import { closeSession, connect, withSession } from '#lib/postgres/connect.ts';
import { detectTransactionPooler } from '#lib/postgres/detect-pooler.ts';
import { requireReachable } from '#lib/postgres/require-reachable.ts';
import { answerQueries } from '#lib/queries/answer-queries.ts';
import { listenOnFreePort } from '#tests/support/listen-on-free-port.ts';
import { encodeMessage } from '#tests/support/protocol-messages.ts';
import { createDatabase, testCluster, urlOfDatabase, withDatabase } from '#tests/support/test-database.ts';
import { createRole } from '#tests/support/test-role.ts';
import { startWebSocketProxy, type WebSocketProxy } from '#tests/support/websocket-proxy.ts';
import { runSql } from '#tests/support/with-client.ts';

const url = (): string => testCluster('source').url;

/** A connection that goes through the proxy. */
const through = (proxy: WebSocketProxy, to: string) =>
  ({ name: 'neon', url: to, driver: 'websocket', wsProxy: `ws://${proxy.address}` }) as const;

/** The last label of a Neon endpoint's host name. */
const neonHost = 'ep-test-sun-123456.eu-central-1.aws.neon.tech';

/** An authentication request of SASL: 10 names the mechanisms, 11 is the challenge. */
function sasl(kind: number, text: string): Buffer {
  return encodeMessage('R', Buffer.concat([Buffer.from([0, 0, 0, kind]), Buffer.from(text)]));
}

function atHost(to: string, host: string): string {
  const changed = new URL(to);
  changed.hostname = host;
  changed.port = '';
  return changed.href;
}

describe('a session over a WebSocket', () => {
  it('has the very settings of one over TCP, and leaves every value a text', async () => {
    await using proxy = await startWebSocketProxy({ servers: [url()] });
    const look = async (driver: 'tcp' | 'websocket') =>
      withSession({ ...through(proxy, url()), driver }, async (session) => ({
        settings: (await session.query(`select name, setting from pg_settings where source in ('session', 'client')`))
          .rows,
        values: (
          await session.query(
            `select 1 as int, 2::bigint as big, true as bool, '{"a":1}'::json as json, array[1, null]::int[] as list,
              date '2026-11-21' as date, null as nothing, '\\x00ff'::bytea as bytes, $1::text as given, $2::int + 1 as more`,
            ['g', 4],
          )
        ).rows,
      }));
    const [byTcp, byWebSocket] = [await look('tcp'), await look('websocket')];
    expect(byWebSocket).toEqual(byTcp);
    expect(byWebSocket.settings.length).toBeGreaterThan(25);
    expect(
      Object.values(byWebSocket.values[0] ?? {}).every((value) => value === null || typeof value === 'string'),
    ).toBe(true);
    expect(proxy.accepted).toBe(1);
  });

  it('goes on after an error, passes notices on, and brings long values', async () => {
    await using proxy = await startWebSocketProxy({ servers: [url()] });
    await withSession(through(proxy, url()), async (session) => {
      const notices: string[] = [];
      session.on('notice', ({ message = '' }) => notices.push(message));
      await expect(session.query('select 1 / $1::int', [0])).rejects.toMatchObject({ code: '22012' });
      await expect(session.query('select missing')).rejects.toMatchObject({ code: '42703' });
      await session.query(`do $$ begin raise warning 'half way'; end $$`);
      expect(notices).toEqual(['half way']);
      const long = '🦊'.repeat(3_000_000);
      const { rows } = await session.query(`select $1::text as long, repeat('é', 5000000) as other`, [long]);
      expect(rows[0]?.['long'] === long).toBe(true);
      expect(rows[0]?.['other']).toHaveLength(5_000_000);
    });
  });

  it('asks a critical query, and no second statement with it', async () => {
    await using proxy = await startWebSocketProxy({ servers: [url()] });
    await withSession(through(proxy, url()), async (session) => {
      await session.query('begin');
      const ask = (sql: string) => answerQueries(session, [{ name: 'q', sql, derived: false }]);
      const [answer] = await ask(`select i, null from generate_series(1, 3) i`);
      expect(answer?.rows).toEqual([
        ['1', null],
        ['2', null],
        ['3', null],
      ]);
      await expect(ask('commit; select 1')).rejects.toMatchObject({ name: 'DatabaseError', code: 'sqlstate_42601' });
      expect((await ask('select 1'))[0]?.rows).toEqual([['1']]);
    });
  });

  it('logs in by SCRAM as whom the URL says, into the database it says, whatever letters are in it', async () => {
    await using database = await createDatabase({ cluster: 'source', name: 'neon driver&é%' });
    await using role = await createRole(url());
    const password = 'p@ss/w:rd?#é%';
    await runSql(url(), `alter role "${role.name}" password '${password}'`);
    await using proxy = await startWebSocketProxy({ servers: [url()] });
    const options = { database: database.name, user: role.name, password };
    const odd = `${urlOfDatabase(url(), options)}?sslmode=verify-full&sslrootcert=/nowhere/root.crt&channel_binding=require`;
    await withSession(through(proxy, odd), async (session) => {
      const { rows } = await session.query('select current_user as role, current_database() as database');
      expect(rows).toEqual([{ role: role.name, database: database.name }]);
    });
    for (const [wrong, code] of [
      [urlOfDatabase(url(), { ...options, password: 'other' }), 'login_refused'],
      [urlOfDatabase(url(), { ...options, password: '' }), 'login_refused'],
      [urlOfDatabase(url(), { ...options, database: 'nowhere' }), 'no_database'],
    ] as const) {
      await expect(connect(through(proxy, wrong))).rejects.toMatchObject({ name: 'RefusedError', code });
    }
    expect(proxy.open).toBe(0);
  });

  it('ends on both sides when it is closed, alive or dead', async () => {
    await using proxy = await startWebSocketProxy({ servers: [url()] });
    const [alive, dead] = [await connect(through(proxy, url())), await connect(through(proxy, url()))];
    await closeSession(alive);
    await expect.poll(() => proxy.open).toBe(1);
    proxy.cutAll();
    await expect.poll(() => dead.connection.stream.destroyed).toBe(true);
    const error = await dead.query('select 1').catch((cause: unknown) => classifyError(cause, 'x'));
    expect(error).toMatchObject({ code: 'connection_lost', retryable: true });
    await closeSession(dead);
  });

  it('is told from one that cannot come about', async () => {
    await using proxy = await startWebSocketProxy({ servers: [] });
    const unreachable = { name: 'UnavailableError', code: 'unreachable' };
    await expect(connect(through(proxy, url()))).rejects.toMatchObject({
      ...unreachable,
      message: expect.stringContaining('Unexpected server response: 403'),
    });
    const nobody = { ...through(proxy, url()), wsProxy: 'ws://127.0.0.1:9/v1' };
    await expect(connect(nobody)).rejects.toMatchObject(unreachable);
    const web = createServer((_request, response) => response.end('hello'));
    const port = await listenOnFreePort(web);
    await expect(connect({ ...nobody, wsProxy: `ws://127.0.0.1:${port}/v1` })).rejects.toMatchObject(unreachable);
    web.close();
    const bare = { name: 'there', url: 'postgres://u:p@db.example.com/d', driver: 'websocket' } as const;
    await expect(connect(bare)).rejects.toMatchObject({ name: 'UsageError', code: 'no_websocket_proxy' });
  });

  it.each([
    ['text', ['hello']],
    ['a message that PostgreSQL does not know', [encodeMessage('R', Buffer.from([0, 0, 0, 99]))]],
    ['a challenge that is none', [sasl(10, 'SCRAM-SHA-256\0\0'), sasl(11, 'nonsense')]],
    ['the challenge of another', [sasl(10, 'SCRAM-SHA-256\0\0'), sasl(11, 'r=other,s=c2FsdA==,i=4096')]],
  ])('fails where the other side says %s, and nothing else does', async (_what, answers) => {
    await using http = createServer();
    const webSockets = new WebSocketServer({ server: http });
    webSockets.on('connection', (webSocket) => {
      const left = [...answers];
      webSocket.on('message', () => webSocket.send(left.shift() ?? ''));
    });
    const wsProxy = `ws://127.0.0.1:${await listenOnFreePort(http)}`;
    await expect(connect({ name: 'neon', url: url(), driver: 'websocket', wsProxy })).rejects.toMatchObject({
      name: 'DatabaseError',
      code: 'driver_error',
    });
  });

  it('reaches the compute itself where the URL names Neon’s pooler', async () => {
    await withDatabase({ cluster: 'source' }, async (to) => {
      await using proxy = await startWebSocketProxy({ servers: [], aliases: { [`${neonHost}:5432`]: to } });
      const connection = through(proxy, atHost(to, neonHost.replace('.', '-pooler.')));
      await withSession(connection, async (session) => {
        const { rows } = await session.query('select current_database() as name');
        expect(rows).toEqual([{ name: decodeURIComponent(new URL(to).pathname.slice(1)) }]);
      });
      expect(await detectTransactionPooler(connection)).toBe(false);
      expect(new Set(proxy.asked)).toEqual(new Set([`${neonHost}:5432`]));
    });
  });
});

describe('a compute that is asleep', () => {
  it('is waited for before a run begins', async () => {
    await using proxy = await startWebSocketProxy({ servers: [url()] });
    proxy.sleep(4, `Couldn't connect to compute node`);
    await requireReachable(through(proxy, url()));
    expect(proxy.asked).toHaveLength(5);
  });

  it('is told from one that will not wake up', async () => {
    await using proxy = await startWebSocketProxy({ servers: [url()] });
    for (const [message, code] of [
      ['Control plane request failed: endpoint is disabled', 'endpoint_disabled'],
      [
        'Your account or project has exceeded the compute time quota. Upgrade your plan to increase limits.',
        'neon_quota',
      ],
      ["password authentication failed for user 'me'", 'login_refused'],
    ] as const) {
      proxy.sleep(1, message);
      await expect(requireReachable(through(proxy, url()))).rejects.toMatchObject({ name: 'RefusedError', code });
    }
    expect(proxy.asked).toHaveLength(3);
  });
});
