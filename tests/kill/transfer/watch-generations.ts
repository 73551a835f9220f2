import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Sight, sightSql } from './generation.ts';

/** Attempts in a row that have seen the same generation; times in epoch milliseconds. */
interface Reign {
  generation: number;
  /** The end of the first and of the last attempt that have seen it. */
  from: number;
  to: number;
}

/** What a client has been through. */
export interface Witness {
  /** The generations in the order in which they were served. */
  reigns: readonly Reign[];
  attempts: number;
  /** How often it was told what; SQLSTATE or errno, else the message. */
  errors: ReadonlyMap<string, number>;
  /** The longest time between two attempts that succeeded, in milliseconds, and when it began. */
  longestGap: { ms: number; from: number };
  /** Anything that was neither a whole generation nor an error, one line each. */
  wrong: readonly string[];
}

export interface Watching {
  /** What was seen last. */
  readonly served: number | undefined;
  /** Until an attempt that begins from now on has seen a whole generation. */
  untilServed(): Promise<void>;
  stop(): Promise<Witness>;
}

const pauseMs = 10;
/** Longer than any step may keep a name locked. */
const patienceMs = 30_000;

/** An application's client: connects, reads, leaves, and again 10 ms later. A whole database has `relations`. */
export function watchGenerations(url: string, { relations }: { relations: number }): Watching {
  const reigns: Reign[] = [];
  const errors = new Map<string, number>();
  const wrong = new Set<string>();
  const longestGap = { ms: 0, from: 0 };
  let attempts = 0;
  let lastBegun = 0;
  let watching = true;

  const note = (sight: Sight): void => {
    const [generation, ...others] = sight.generations;
    const ledger = sight.ledger ? ' and the ledger of a restore' : '';
    if (generation === undefined || others.length > 0 || sight.relations !== relations || sight.ledger) {
      wrong.add(`served: generations ${sight.generations} with ${sight.relations} of ${relations} relations${ledger}`);
      return;
    }
    const now = Date.now();
    const last = reigns.at(-1);
    if (last && now - last.to > longestGap.ms) Object.assign(longestGap, { ms: now - last.to, from: last.to });
    if (last?.generation === generation) last.to = now;
    else reigns.push({ generation, from: now, to: now });
  };
  const loop = async (): Promise<void> => {
    while (watching) {
      const begun = Date.now();
      try {
        note(await look(url));
        lastBegun = begun;
      } catch (cause) {
        const code = codeOf(cause);
        errors.set(code, (errors.get(code) ?? 0) + 1);
      }
      attempts++;
      await sleep(pauseMs);
    }
  };
  const looping = loop();
  return {
    get served() {
      return reigns.at(-1)?.generation;
    },
    async untilServed() {
      const from = Date.now();
      while (lastBegun < from) {
        if (Date.now() - from > patienceMs) throw new Error(`nobody is served: ${[...errors.keys()]}, ${[...wrong]}`);
        await sleep(pauseMs);
      }
    },
    async stop() {
      watching = false;
      await looping;
      return { reigns, attempts, errors, longestGap, wrong: [...wrong] };
    },
  };
}

async function look(url: string): Promise<Sight> {
  const client = new pg.Client({ connectionString: url, application_name: 'app', connectionTimeoutMillis: patienceMs });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const answer = await client.query<{ sight: string }>(sightSql);
    return JSON.parse(answer.rows[0]?.sight ?? '');
  } finally {
    await client.end().catch(() => undefined);
  }
}

function codeOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}
