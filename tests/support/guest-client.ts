import pg from 'pg';

/** A client that stays in a database until it is ended. */
export interface Guest extends AsyncDisposable {
  client: pg.Client;
  pid: string;
  /** What it is told when the server ends it. */
  ended: Promise<Error>;
}

/** Connects as the application `guest` and runs the statements. */
export async function openGuest(url: string, statements = 'select 1'): Promise<Guest> {
  const client = new pg.Client({ connectionString: url, application_name: 'guest' });
  // Its connection is closed after that, which is told as well.
  const ended = new Promise<Error>((resolve) => client.on('error', resolve));
  await client.connect();
  await client.query(statements);
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const leave = (): Promise<void> => client.end().catch(() => undefined);
  return { client, pid: String(rows[0]?.pid), ended, [Symbol.asyncDispose]: leave };
}
