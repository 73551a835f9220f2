import type { Session } from '#lib/postgres/session.ts';

/** What a server reports at start-up and libpq or pg_dump look at (PostgreSQL manual, PQparameterStatus). */
const reported = [
  ...['server_version', 'server_encoding', 'client_encoding', 'is_superuser', 'session_authorization', 'DateStyle'],
  ...['IntervalStyle', 'TimeZone', 'integer_datetimes', 'standard_conforming_strings', 'in_hot_standby'],
];

/**
 * The bytes with which a server ends a start-up (AuthenticationOk, ParameterStatus, BackendKeyData, ReadyForQuery), for
 * a client that takes over a session which is logged in already.
 */
export async function makeWelcome(session: Session): Promise<Uint8Array> {
  const { rows } = await session.query<{ name: string; value: string }>(
    `select name, pg_catalog.current_setting(name, true) as value
     from pg_catalog.unnest($1::text[]) as name
     where pg_catalog.current_setting(name, true) is not null`,
    [reported],
  );
  return Buffer.concat([
    message('R', Buffer.alloc(4)),
    ...rows.map(({ name, value }) => message('S', Buffer.from(`${name}\0${value}\0`))),
    message('K', Buffer.alloc(8)),
    message('Z', Buffer.from('I')),
  ]);
}

function message(type: string, body: Buffer): Buffer {
  const header = Buffer.alloc(5);
  header.write(type, 0, 'latin1');
  header.writeInt32BE(4 + body.length, 1);
  return Buffer.concat([header, body]);
}
