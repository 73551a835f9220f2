import { setTimeout as sleep } from 'node:timers/promises';
import { runSql } from '#tests/support/with-client.ts';
import type { Blow } from './plan-rounds.ts';

/** A blow that hit something alive. */
export interface Hit {
  /** Epoch milliseconds. */
  at: number;
  what: string;
}

/**
 * Strikes at the moments of `blows` (parts of `durationMs` after now) until `signal` says that the verb has ended;
 * where nothing is there to hit at that moment, the next thing to appear is hit. Answers the hits.
 */
export async function strikeInTime(
  blows: readonly Blow[],
  options: { durationMs: number; signal: AbortSignal; strike: (blow: Blow) => Promise<string | undefined> },
): Promise<Hit[]> {
  const { durationMs, signal, strike } = options;
  const startedAt = Date.now();
  const hits: Hit[] = [];
  for (const blow of blows) {
    const wait = startedAt + blow.at * durationMs - Date.now();
    // Aborted: the verb was faster than the blow.
    await sleep(Math.max(0, wait), undefined, { signal }).catch(() => undefined);
    while (!signal.aborted) {
      // A server that is coming back from the last blow takes no connections: it is not alive either.
      const what = await strike(blow).catch(() => undefined);
      if (what !== undefined) {
        hits.push({ at: Date.now(), what });
        break;
      }
      await sleep(10);
    }
  }
  return hits;
}

/** `pg_terminate_backend` of one of Holdfast's backends on the server of `url`: the one that `aim` points at. */
export async function terminateBackend(url: string, { aim }: Pick<Blow, 'aim'>): Promise<string | undefined> {
  const victim = await aimAtBackend(url, aim);
  if (victim === undefined) return undefined;
  const [answer] = await runSql(url, `select pg_terminate_backend(${victim.pid}) as hit`);
  return answer?.['hit'] === 't' ? `terminated ${victim.query}` : undefined;
}

/** SIGKILL of one of Holdfast's backends: its server ends all others, recovers, and takes connections again. */
export async function crashServer(url: string, { aim }: Pick<Blow, 'aim'>): Promise<string | undefined> {
  const victim = await aimAtBackend(url, aim);
  if (victim === undefined) return undefined;
  process.kill(victim.pid, 'SIGKILL');
  return `crashed under ${victim.query}`;
}

async function aimAtBackend(url: string, aim: number): Promise<{ pid: number; query: string } | undefined> {
  const backends = await runSql(
    url,
    `select pid, left(regexp_replace(query, '\\s+', ' ', 'g'), 60) as query from pg_stat_activity
    where application_name = 'holdfast' and backend_type = 'client backend'
    order by backend_start`,
  );
  const victim = backends[Math.floor(aim * backends.length)];
  return victim && { pid: Number(victim['pid']), query: victim['query'] ?? '' };
}
