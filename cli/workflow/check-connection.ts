import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '#lib/config/config.ts';
import { readEnvironment } from '#lib/config/environment.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { withSession } from '#lib/postgres/connect.ts';
import { chooseEngine } from './choose-engine.ts';

const attempts = 4;

/**
 * Tries a connection once before a run is made of it: a person should not wait for a run's retries to hear of a wrong
 * password or a server that is not there. With an Inngest server the database need not be reachable from here.
 * @throws RefusedError (login, no such database), UnavailableError (out of reach), UsageError (URL).
 */
export async function checkConnection(connection: Connection): Promise<void> {
  if (chooseEngine(readEnvironment()).kind === 'inngest') return;
  for (let attempt = 1; ; attempt++) {
    try {
      return await withSession(connection, async () => undefined);
    } catch (cause) {
      // A server that is restarting or full answers something; one that answers nothing is most often the wrong one.
      const passes = cause instanceof UnavailableError && cause.code !== 'unreachable';
      if (!passes || attempt === attempts) throw cause;
      await sleep(1_000 * attempt);
    }
  }
}
