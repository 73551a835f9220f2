import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { urlOfDatabase } from './test-database.ts';
import { runSql } from './with-client.ts';

/** A login role of one test. */
export interface TestRole extends AsyncDisposable {
  name: string;
  /** The URL given to `createRole`, as this role. */
  url: string;
  /** Takes back what it was granted in its database, drops what it owns there, and removes it. */
  drop(): Promise<void>;
}

/**
 * A role that can log in to the database of `url` (a superuser's URL) and has no right beyond PUBLIC's.
 * `attributes` are CREATE ROLE's (`bypassrls`, `createdb`), `grants` are whole statements in which `%I` is the role.
 */
export async function createRole(
  url: string,
  options: { attributes?: string; grants?: readonly string[] } = {},
): Promise<TestRole> {
  const name = `role_${randomBytes(6).toString('hex')}`;
  const password = randomBytes(9).toString('base64url');
  const quoted = pg.escapeIdentifier(name);
  const statements = [
    `create role ${quoted} login ${options.attributes ?? ''} password ${pg.escapeLiteral(password)}`,
    ...(options.grants ?? []).map((grant) => grant.replaceAll('%I', quoted)),
  ];
  await runSql(url, statements.join(';\n'));
  const drop = async (): Promise<void> => {
    await runSql(url, `drop owned by ${quoted} cascade; drop role ${quoted}`);
  };
  const database = decodeURIComponent(new URL(url).pathname.slice(1));
  return { name, url: urlOfDatabase(url, { database, user: name, password }), drop, [Symbol.asyncDispose]: drop };
}
