import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withSession } from '#lib/postgres/connect.ts';
import { dumpSchema } from '#lib/schema/dump-schema.ts';
import { findPgDumps } from '#lib/schema/find-pg-dump.ts';
import { runNativePgDump } from '#lib/schema/run-native-pg-dump.ts';
import { type PostgresCluster, startSystemCluster } from '#tests/support/postgres-cluster.ts';
import { testCluster } from '#tests/support/test-database.ts';
import { runSql, withClient } from '#tests/support/with-client.ts';
import { loadRichSchema } from './rich-schema.ts';

const major = 15;
const native = (await findPgDumps({ searchPath: undefined })).find((one) => one.major === major);
const reason = `(skipped: no pg_dump ${major} is installed)`;
const environment = { PATH: '/usr/bin:/bin' };

describe.skipIf(native === undefined)(`dumpSchema by a native pg_dump ${native === undefined ? reason : ''}`, () => {
  let cluster: PostgresCluster | undefined;
  let url = '';
  beforeAll(async () => {
    cluster = await startSystemCluster({ major });
    url = cluster?.url ?? '';
    await loadRichSchema(url);
  });
  afterAll(() => cluster?.stop());

  async function dump(more: Partial<Parameters<typeof dumpSchema>[0]> = {}) {
    return withSession({ name: 'source', url }, (session) =>
      dumpSchema({ session, url, environment, serverMajor: major, lockTimeoutMs: 10_000, ...more }),
    );
  }

  it('is chosen for a server of its major, and names the same objects as WebAssembly', async () => {
    const [byNative, byWasm] = [await dump(), await dump({ force: 'wasm' })];
    expect([byNative.tool, byWasm.tool]).toEqual(['native', 'wasm']);
    expect(byNative.pgDumpVersion).toMatch(/^15\./);
    expect(byWasm.pgDumpVersion).toMatch(/^18\./);
    const names = ({ entries }: typeof byNative) =>
      entries.map(({ type, schema, name, owner }) => `${type} ${schema} ${name} ${owner}`).sort();
    expect(names(byNative)).toEqual(names(byWasm));
    expect(byNative.entries.length).toBeGreaterThan(120);
  });

  it('honours the snapshot and the lock timeout', async () => {
    await withClient(url, async (holder) => {
      await holder.query('begin isolation level repeatable read');
      const { rows } = await holder.query<{ id: string }>('select pg_export_snapshot() as id');
      await runSql(url, 'create table after_the_snapshot (a int)');
      const { entries } = await dump({ snapshot: rows[0]?.id });
      expect(entries.some(({ name }) => name === 'after_the_snapshot')).toBe(false);
      await holder.query('lock table public.teams in access exclusive mode');
      await expect(dump({ lockTimeoutMs: 400 })).rejects.toMatchObject({
        ...{ name: 'UnavailableError', code: 'lock_timeout' },
        message: expect.stringMatching(/In the way: public\.teams \(process \d+, holdfast-test, postgres\)\.$/),
      });
    });
    await expect(dump({ snapshot: '00000003-0000001B-1' })).rejects.toMatchObject({ name: 'SnapshotLostError' });
  });

  it('refuses a newer server when it is forced', async () => {
    const { url: newer } = testCluster('source');
    await expect(dump({ url: newer, serverMajor: 16, force: 'native' })).rejects.toMatchObject({
      code: 'server_too_new',
    });
  });

  it('tells of a wrong password without showing it, and stops when it is told to', async () => {
    const wrong = new URL(url);
    wrong.password = 'wrong%20secret';
    await expect(dump({ url: wrong.href })).rejects.toMatchObject({
      code: 'login_refused',
      message: expect.not.stringContaining('secret'),
    });
    await expect(dump({ signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'CancelledError' });
    await expect(dump({ timeoutMs: 1 })).rejects.toMatchObject({ code: 'pg_dump_timeout' });
  });

  it('is given no secret on its command line, and what it says of one is masked', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-native-'));
    try {
      const path = join(folder, 'pg_dump');
      await writeFile(path, '#!/bin/sh\necho "$@" > "$0.arguments"\necho "pg_dump: error: $PGPASSWORD" >&2\nexit 3\n');
      await chmod(path, 0o755);
      const run = runNativePgDump({
        ...{ native: { path, version: '15.1', major }, url: 'postgres://u:hush%2Fhush@h/d', environment },
        ...{ arguments: ['--schema-only'], lockTimeoutMs: 1_000, timeoutMs: 10_000 },
      });
      await expect(run).rejects.toMatchObject({
        message: 'pg_dump (native 15.1) failed with exit code 3: ***',
      });
      expect(await readFile(`${path}.arguments`, 'utf8')).toBe('--schema-only\n');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
