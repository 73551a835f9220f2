import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { contentSql, partsOf } from './swap-place.ts';

/** One attempt of a client to connect and read; times in milliseconds of `performance.now()`. */
export interface Sight {
  begunAt: number;
  endedAt: number;
  /** What it read, or `undefined` where it failed. */
  content: string | undefined;
  /** SQLSTATE or errno of the failure. */
  code: string | undefined;
}

export interface Watch {
  sights: readonly Sight[];
  /** Until `count` more attempts have succeeded, or it is stopped. */
  untilSeen(count: number): Promise<void>;
  stop(): Promise<readonly Sight[]>;
}

/** A client that connects, reads and leaves, again `everyMs` after it has left, and notes what it saw. */
export function watchDatabase(url: string, { everyMs }: { everyMs: number }): Watch {
  const sights: Sight[] = [];
  let watching = true;
  const seen = (): number => sights.filter(({ content }) => content !== undefined).length;
  const loop = async (): Promise<void> => {
    while (watching) {
      sights.push(await look(url));
      await sleep(everyMs);
    }
  };
  const looping = loop();
  return {
    sights,
    async untilSeen(count) {
      const enough = seen() + count;
      while (watching && seen() < enough) await sleep(everyMs);
    },
    async stop() {
      watching = false;
      await looping;
      return sights;
    },
  };
}

/** How long nobody could work: from the end of the last sight of `before` to the end of the first sight of `after`. */
export function gapBetween(sights: readonly Sight[], { before, after }: { before: string; after: string }): number {
  const last = sights.findLast(({ content }) => content === before);
  const first = sights.find(({ content }) => content === after);
  return (first?.endedAt ?? Number.NaN) - (last?.endedAt ?? Number.NaN);
}

async function look(url: string): Promise<Sight> {
  const begunAt = performance.now();
  const client = new pg.Client({ ...partsOf(url), application_name: 'watcher', connectionTimeoutMillis: 20_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const answer = await client.query<{ content: string }>(contentSql);
    return { begunAt, endedAt: performance.now(), content: answer.rows[0]?.content, code: undefined };
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    return { begunAt, endedAt: performance.now(), content: undefined, code };
  } finally {
    await client.end().catch(() => undefined);
  }
}
