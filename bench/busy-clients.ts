// Clients at work, as an application's pool would be: node bench/busy-clients.ts URL COUNT
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const [url = '', count = '50'] = process.argv.slice(2);
const pauseMs = 10;

/** Reads and writes without a pause; comes back 10 ms after its connection is gone. */
async function work(seat: number): Promise<never> {
  for (;;) {
    const client = new pg.Client({ connectionString: url, application_name: 'busy' });
    client.on('error', () => undefined);
    try {
      await client.connect();
      for (;;) {
        const key = 1 + Math.floor(Math.random() * 1_000_000);
        await client.query('select t from ballast where n = $1', [key]);
        await client.query('update ballast set seat = $1 where n = $2', [seat, key]);
      }
    } catch {
      await client.end().catch(() => undefined);
      await sleep(pauseMs);
    }
  }
}

await Promise.all(Array.from({ length: Number(count) }, (_, seat) => work(seat)));
