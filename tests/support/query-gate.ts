import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const lock = 4242;

/** A call that waits for the gate of its database. */
export const waitAtGate = `pg_catalog.pg_advisory_xact_lock_shared(${lock})`;

/** A critical query that does. */
export const gateSql = `with gate as materialized (select ${waitAtGate}) select count(*) from gate`;

/** A config whose critical query waits for the gate of its database, so that a run can be held at a known step. */
export async function writeGatedConfig(file: string): Promise<void> {
  const criticalQueries = [{ name: 'gate', sql: gateSql }];
  const config = { lockTimeout: '10m', connections: { source: { criticalQueries }, target: { criticalQueries } } };
  await writeFile(file, `export default ${JSON.stringify(config)};\n`);
}

/** Keeps what waits at the gate of a database waiting until it is opened. */
export interface QueryGate extends AsyncDisposable {
  /** Resolves when a session stands before the gate. */
  reached(): Promise<void>;
  open(): Promise<void>;
}

export async function shutGate(url: string): Promise<QueryGate> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  await client.query(`select pg_advisory_lock(${lock})`);
  let isShut = true;
  const open = async (): Promise<void> => {
    if (!isShut) return;
    isShut = false;
    await client.end();
  };
  return {
    async reached() {
      const waiting = `select from pg_locks where locktype = 'advisory' and objid = ${lock} and not granted
        and database = (select oid from pg_database where datname = current_database())`;
      while ((await client.query(waiting)).rowCount === 0) await sleep(50);
    },
    open,
    [Symbol.asyncDispose]: open,
  };
}
