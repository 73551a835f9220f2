import { Inngest, type Logger } from 'inngest';
import { createRoutedFetch, findClientRoute } from '#inngest/local/client-route.ts';

/**
 * What the SDK and the functions log goes to stderr, as stdout is for results. A local runner in the process tells its
 * observer every failed attempt, so the SDK does not print it with its stack once more.
 */
function createLogger(id: string): Logger {
  const print = (...args: unknown[]): void => {
    if (findClientRoute(id) === undefined) console.error(...args);
  };
  return { debug: () => {}, info: print, warn: print, error: print };
}

/**
 * Makes a client that works with every engine and needs no switch:
 *
 * - Inngest Cloud: `INNGEST_EVENT_KEY` and `INNGEST_SIGNING_KEY`;
 * - a self-hosted server: the same and `INNGEST_BASE_URL`;
 * - the dev server: `INNGEST_DEV=1` or its URL (requests are not signed: never in production);
 * - the local runner: while `startLocalRunner` runs in this process, events go to it and nowhere else, whatever is set,
 *   and an HTTP endpoint that serves the same client refuses every request, as nobody knows its signing key.
 *
 * The SDK reads those variables itself, on each use; `isDev` is left to them on purpose.
 */
export function createInngest(id: string): Inngest<{ id: string }> {
  return new Inngest({
    id,
    fetch: createRoutedFetch(id),
    logger: createLogger(id),
    // Read by the SDK on each use; empty means that its variable decides.
    get eventKey() {
      return findClientRoute(id) === undefined ? '' : 'local';
    },
    get signingKey() {
      return findClientRoute(id)?.signingKey ?? '';
    },
    get baseUrl() {
      return findClientRoute(id) === undefined ? '' : 'http://local-runner.invalid';
    },
  });
}

/** The client of all of Holdfast's functions and events. */
export const inngest = createInngest('holdfast');
