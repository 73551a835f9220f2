import { setTimeout as sleep } from 'node:timers/promises';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { withSession } from './connect.ts';
import { isNeonHost } from './neon-host.ts';
import type { ConnectionAddress } from './session.ts';

const isItThere = 'Check host, port and firewall of the connection; is the server running?';

const attempts = 3;
/** One attempt that took this long has waited for an answer; more of them would only try a person's patience. */
const longMs = 3_000;
/** A compute of Neon wakes up within seconds; this is for a bad day. */
const wakingMs = 60_000;

/**
 * Opens a session and closes it, before anything is at stake: a host that does not answer is told at once, not after
 * the minutes of patience that a run has once it is under way. A compute of Neon that is asleep is given time to wake up.
 * @throws RefusedError where the server is out of reach, else what `connect` throws (a server that starts up or has no
 *   connection free is worth waiting for).
 */
export async function requireReachable(connection: ConnectionAddress): Promise<void> {
  const startedAt = performance.now();
  for (let attempt = 1; ; attempt++) {
    const attemptedAt = performance.now();
    const failure = await tryToReach(connection);
    if (failure === undefined) return;
    const waking = isWaking(failure, connection);
    const spent = waking
      ? performance.now() - startedAt > wakingMs
      : attempt === attempts || performance.now() - attemptedAt > longMs;
    if (spent) {
      const { message, code } = failure;
      // No run is under way that could go on by itself.
      const hint = code === 'connection_lost' ? isItThere : failure.hint;
      throw new RefusedError(message, { code: waking ? code : 'unreachable', hint, cause: failure });
    }
    await sleep(waking ? 1_000 : 500);
  }
}

/** The error of an attempt after which another one may help. */
async function tryToReach(connection: ConnectionAddress): Promise<UnavailableError | undefined> {
  try {
    await withSession(connection, async () => undefined);
    return undefined;
  } catch (cause) {
    const outOfReach = ['unreachable', 'connection_lost', 'compute_asleep'];
    if (cause instanceof UnavailableError && outOfReach.includes(cause.code)) return cause;
    throw cause;
  }
}

/** Neon's proxy says so, or keeps a connection waiting for the compute until we give up. */
function isWaking({ code }: UnavailableError, { url }: ConnectionAddress): boolean {
  return code === 'compute_asleep' || (code === 'connection_lost' && isNeonHost(URL.parse(url)?.hostname ?? ''));
}
