import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import type { TestCluster } from './global-setup.ts';
import { runSql, withClient } from './with-client.ts';

/** The two servers of a test run: PostgreSQL 16 is the source, 18 the target. */
export type ClusterName = 'source' | 'target';

/** A database of one test. */
export interface TestDatabase extends AsyncDisposable {
  name: string;
  /** Superuser URL. */
  url: string;
  /** Ends its connections and removes it; removing it twice is no error. */
  drop(): Promise<void>;
}

/** The server that vitest's global setup has started. */
export function testCluster(cluster: ClusterName): TestCluster {
  return inject('clusters')[cluster];
}

/** The URL of another database (and, where given, another role) on the same server. */
export function urlOfDatabase(url: string, options: { database: string; user?: string; password?: string }): string {
  const changed = new URL(url);
  changed.pathname = `/${encodeURIComponent(options.database)}`;
  if (options.user !== undefined) changed.username = encodeURIComponent(options.user);
  if (options.password !== undefined) changed.password = encodeURIComponent(options.password);
  return changed.href;
}

/**
 * A new database: empty (a copy of template0), or a copy of `template`. `name` is made up where none is given.
 */
export async function createDatabase(options: {
  cluster: ClusterName;
  template?: string;
  name?: string;
}): Promise<TestDatabase> {
  const { url } = testCluster(options.cluster);
  const name = options.name ?? `test_${randomBytes(6).toString('hex')}`;
  const quoted = pg.escapeIdentifier(name);
  await runSql(url, `create database ${quoted} template ${pg.escapeIdentifier(options.template ?? 'template0')}`);
  const drop = async (): Promise<void> => {
    await runSql(url, `drop database if exists ${quoted} with (force)`);
  };
  return { name, url: urlOfDatabase(url, { database: name }), drop, [Symbol.asyncDispose]: drop };
}

/** `createDatabase` for the length of `use`. */
export async function withDatabase<T>(
  options: { cluster: ClusterName; template?: string },
  use: (url: string) => Promise<T>,
): Promise<T> {
  await using database = await createDatabase(options);
  return await use(database.url);
}

/**
 * A database to clone, built once a run however many test processes ask for it at the same time: the first one holds
 * an advisory lock while `build` fills it, and the name appears only when it is whole. Answers with the name.
 */
export async function ensureTemplate(options: {
  cluster: ClusterName;
  name: string;
  build: (url: string) => Promise<void>;
}): Promise<string> {
  const { url } = testCluster(options.cluster);
  const name = `template_${options.name}`;
  await withClient(url, async (client) => {
    await client.query('select pg_advisory_lock(hashtext($1))', [name]);
    const existing = await client.query('select from pg_database where datname = $1', [name]);
    if (existing.rowCount === 1) return;
    await using building = await createDatabase({ cluster: options.cluster });
    await options.build(building.url);
    await client.query(`alter database ${pg.escapeIdentifier(building.name)} rename to ${pg.escapeIdentifier(name)}`);
  });
  return name;
}
