import { describe, expect, it } from 'vitest';
import { parseWebSocketProxy } from '#lib/config/parse-websocket-proxy.ts';
import { resolveConfig } from '#lib/config/resolve-config.ts';
import { chooseDriver, detectRuntime } from '#lib/postgres/choose-driver.ts';
import { classifyError } from '#lib/postgres/classify-error.ts';
import { readConnectionBudget } from '#lib/postgres/connection-budget.ts';
import { isNeonHost } from '#lib/postgres/neon-host.ts';
import { planWebSocketAddress } from '#lib/postgres/websocket-address.ts';
import { listSystemCollations } from '#lib/restore/check-collations.ts';
import type { SchemaEntry } from '#lib/schema/schema-entry.ts';

const neon = 'postgres://u:p@ep-cool-sun-123456.eu-central-1.aws.neon.tech/d?sslmode=require';
const other = 'postgres://u:p@db.example.com:6543/d';

describe('the driver of a connection', () => {
  it.each([
    [neon, 'auto', 'node', 'tcp'],
    [neon, 'auto', 'edge', 'websocket'],
    [other, 'auto', 'edge', 'tcp'],
    [neon, 'websocket', 'node', 'websocket'],
    [other, 'websocket', 'node', 'websocket'],
    [neon, 'tcp', 'edge', 'tcp'],
    ['not a url', 'auto', 'edge', 'tcp'],
  ] as const)('of %s, asked for as %s, in %s, is %s', (url, driver, runtime, chosen) => {
    expect(chooseDriver({ url, driver, runtime })).toBe(chosen);
  });

  it('is chosen for the runtime that this is', () => {
    expect(detectRuntime()).toBe('node');
  });

  it('knows Neon’s hosts by their ends', () => {
    expect(['a.neon.tech', 'a-pooler.b.aws.neon.build', 'A.NEON.TECH'].map(isNeonHost)).toEqual([true, true, true]);
    expect(['neon.tech.example.com', 'notneon.tech', 'localhost', ''].map(isNeonHost)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('the address of a WebSocket', () => {
  it('is Neon’s own where there is no proxy', () => {
    expect(planWebSocketAddress({ name: 'n', url: neon, wsProxy: null })).toEqual({
      proxy: 'ep-cool-sun-123456.eu-central-1.aws.neon.tech/v2',
      secure: true,
      sqlEndpoint: 'https://api.eu-central-1.aws.neon.tech/sql',
    });
  });

  it('is the proxy’s, which is told where the database is', () => {
    expect(planWebSocketAddress({ name: 'n', url: other, wsProxy: 'wss://ws.example.com:8443/v1' })).toEqual({
      proxy: 'ws.example.com:8443/v1?address=db.example.com:6543',
      secure: true,
      sqlEndpoint: 'https://ws.example.com:8443/sql',
    });
    const { proxy, secure } = planWebSocketAddress({ name: 'n', url: neon, wsProxy: 'ws://127.0.0.1:80/v1' });
    expect({ proxy, secure }).toEqual({
      proxy: '127.0.0.1/v1?address=ep-cool-sun-123456.eu-central-1.aws.neon.tech:5432',
      secure: false,
    });
  });

  it('is asked for where it cannot be known', () => {
    expect(() => planWebSocketAddress({ name: 'n', url: other, wsProxy: null })).toThrow(
      expect.objectContaining({ name: 'UsageError', code: 'no_websocket_proxy' }),
    );
  });

  it.each([
    ['127.0.0.1:1234/v1', 'ws://127.0.0.1:1234/v1'],
    ['localhost:1234', 'ws://localhost:1234'],
    ['ws://[::1]:1234/v1', 'ws://[::1]:1234/v1'],
    ['wss://localhost/v1', 'wss://localhost/v1'],
    ['ws.example.com/v1', 'wss://ws.example.com/v1'],
    ['wss://ws.example.com:8443', 'wss://ws.example.com:8443'],
  ])('is read from %s as %s', (text, url) => {
    expect(parseWebSocketProxy(text, 'X')).toBe(url);
  });

  it.each([
    ['ws://ws.example.com/v1', 'insecure_websocket_proxy'],
    ['ws://127.0.0.1.example.com', 'insecure_websocket_proxy'],
    ['http://127.0.0.1', 'bad_websocket_proxy'],
    ['ws://user:secret@127.0.0.1', 'bad_websocket_proxy'],
    ['127.0.0.1/v1?address=x:1', 'bad_websocket_proxy'],
    ['', 'bad_websocket_proxy'],
  ])('is not read from %s', (text, code) => {
    expect(() => parseWebSocketProxy(text, 'X')).toThrow(expect.objectContaining({ name: 'UsageError', code }));
  });

  it('comes from the connection’s config, else from the environment', () => {
    const written = {
      connections: { a: { url: neon, driver: 'websocket', wsProxy: 'ws.example.com' }, b: { url: neon } },
    };
    const { connections } = resolveConfig(written, { HOLDFAST_NEON_WSPROXY: '127.0.0.1:1', NEON_DATABASE_URL: neon });
    expect([...connections.values()].map(({ name, driver, wsProxy }) => [name, driver, wsProxy])).toEqual([
      ['neon', 'auto', 'ws://127.0.0.1:1'],
      ['a', 'websocket', 'wss://ws.example.com'],
      ['b', 'auto', 'ws://127.0.0.1:1'],
    ]);
    expect(resolveConfig({}, { NEON_DATABASE_URL: neon }).connections.get('neon')?.wsProxy).toBeNull();
  });
});

describe('an error of Neon’s proxy', () => {
  const told = (message: string, code = 'XX000') =>
    classifyError(Object.assign(new Error(message), { code }), 'connection neon');

  it.each([
    [`Couldn't connect to compute node`, 'compute_asleep', true],
    ['Control plane request failed', 'compute_asleep', true],
    [
      'Control plane request failed: endpoint is temporarily unavailable. Check your quotas and/or contact our support.',
      'compute_asleep',
      true,
    ],
    [
      'Failed to acquire permit to connect to the database. Too many database connection attempts are currently ongoing.',
      'compute_asleep',
      true,
    ],
    ['Control plane request failed: endpoint is disabled', 'endpoint_disabled', false],
    ['Control plane request failed: endpoint cannot be found', 'endpoint_disabled', false],
    [
      'The endpoint ID is not specified. Either upgrade the Postgres client library (libpq) for SNI support',
      'endpoint_disabled',
      false,
    ],
    ['Your project has exceeded the data transfer quota. Upgrade your plan to increase limits.', 'neon_quota', false],
    ['This IP address 1.2.3.4 is not allowed to connect to this endpoint.', 'address_not_allowed', false],
    [`password authentication failed for user 'neondb_owner'`, 'login_refused', false],
    ['something else went wrong', 'sqlstate_xx000', false],
  ])('is told by its words: %s', (message, code, retryable) => {
    expect(told(message)).toMatchObject({ code, retryable });
  });

  it('is not taken for one where PostgreSQL speaks', () => {
    expect(told(`Couldn't connect to compute node`, 'P0001')).toMatchObject({
      code: 'sqlstate_p0001',
      retryable: false,
    });
  });

  it.each([
    ['Connection terminated unexpectedly (WebSocket close 1006)', undefined, 'connection_lost'],
    ['Connection terminated: Invalid WebSocket frame: RSV1 must be clear', undefined, 'connection_lost'],
    ['no WebSocket was opened: Unexpected server response: 502', 'WEBSOCKET_HANDSHAKE', 'unreachable'],
    ['terminating connection due to administrator command', '57P01', 'connection_lost'],
  ])('of the way there is cured by another attempt: %s', (message, code, verdict) => {
    const error = Object.assign(new Error(message), code === undefined ? {} : { code });
    expect(classifyError(error, 'x')).toMatchObject({ code: verdict, retryable: true });
  });
});

it('counts the connections that are left by the scarcest of their limits', () => {
  const used = { server_used: '10', role_used: '3', database_used: '4' };
  const read = (limits: Record<string, string | null>) => readConnectionBudget({ ...used, ...limits });
  expect(read({ server_limit: '97', role_limit: null, database_limit: null })).toEqual({
    free: 87,
    bound: 'server',
    limit: 97,
  });
  expect(read({ server_limit: '97', role_limit: '10', database_limit: '8' })).toEqual({
    free: 4,
    bound: 'database',
    limit: 8,
  });
  expect(read({ server_limit: '9', role_limit: '10', database_limit: null })).toEqual({
    free: 0,
    bound: 'server',
    limit: 9,
  });
});

it('reads the collations of the operating system out of a schema, and none out of a function’s body', () => {
  const entry = (type: string, definition: string): SchemaEntry => ({
    ...{ id: 1, type, section: 'pre-data', schema: 'public', name: 'x', owner: '', definition, drop: '' },
    ...{ tablespace: null, accessMethod: null, relkind: null, dependsOn: [] },
  });
  const entries = [
    entry(
      'TABLE',
      'CREATE TABLE public.t (\n    a text COLLATE pg_catalog."de_DE.utf8",\n    b text COLLATE pg_catalog."C",\n c text COLLATE public.mine\n);',
    ),
    entry('INDEX', 'CREATE INDEX i ON public.t USING btree (a COLLATE pg_catalog."de_DE.utf8");'),
    entry('DOMAIN', 'CREATE DOMAIN public.d AS text COLLATE pg_catalog.ucs_basic;'),
    entry('FUNCTION', `CREATE FUNCTION f() AS $$ select 'x' COLLATE pg_catalog."xx" $$;`),
  ];
  expect(listSystemCollations(entries)).toEqual(['C', 'de_DE.utf8', 'ucs_basic']);
});
