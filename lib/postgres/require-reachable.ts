import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '#lib/config/config.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { withSession } from './connect.ts';

const attempts = 3;
const pauseMs = 500;
/** One attempt that took this long has waited for an answer; more of them would only try a person's patience. */
const longMs = 3_000;

/**
 * Opens a session and closes it, before anything is at stake: a host that does not answer is told at once, not after
 * the minutes of patience that a run has once it is under way.
 * @throws RefusedError where the server is out of reach, else what `connect` throws (a server that starts up or has no
 *   connection free is worth waiting for).
 */
export async function requireReachable(connection: Pick<Connection, 'name' | 'url'>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const startedAt = performance.now();
    try {
      return await withSession(connection, async () => undefined);
    } catch (cause) {
      const outOfReach = cause instanceof UnavailableError && ['unreachable', 'connection_lost'].includes(cause.code);
      if (!outOfReach) throw cause;
      if (attempt === attempts || performance.now() - startedAt > longMs) {
        const { message } = cause;
        const hint = 'Check host, port and firewall of the connection; is the server running?';
        throw new RefusedError(message, { code: 'unreachable', hint, cause });
      }
    }
    await sleep(pauseMs);
  }
}
