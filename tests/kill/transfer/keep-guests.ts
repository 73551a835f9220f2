import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const pauseMs = 25;

/** An application's pool: `count` idle sessions that come back soon after they are ended, and go when the round is over. */
export function keepGuests(url: string, count: number): AsyncDisposable {
  let staying = true;
  const leave: (() => void)[] = [];
  const stay = async (): Promise<void> => {
    while (staying) {
      const client = new pg.Client({ connectionString: url, application_name: 'app', connectionTimeoutMillis: 30_000 });
      const ended = new Promise<void>((resolve) => {
        client.on('error', () => resolve());
        client.on('end', () => resolve());
        leave.push(resolve);
      });
      try {
        await client.connect();
        if (staying) await ended;
      } catch {
        // The name is changing hands, or the server is coming back: the next attempt will tell.
      }
      await client.end().catch(() => undefined);
      await sleep(pauseMs);
    }
  };
  const guests = Array.from({ length: count }, stay);
  return {
    async [Symbol.asyncDispose]() {
      staying = false;
      for (const resolve of leave) resolve();
      await Promise.all(guests);
    },
  };
}
