import type { ServerInfo } from '#lib/postgres/server-info.ts';
import type { Check } from './check.ts';

const limits = {
  server: 'max_connections, without what is reserved',
  role: 'the connection limit of the role',
  database: 'the connection limit of the database',
} as const;

/** How many lanes a run may have. */
export interface LanePlan {
  lanes: number;
  /** Why they are fewer than were asked for; `null` where they are not. */
  note: string | null;
  check: Check;
}

/**
 * As many lanes as were asked for, or as many as the server has connections for: each lane holds one, and one more is
 * held beside them. Less than one lane is refused. Pure.
 */
export function planLanes(server: ServerInfo, asked: number): LanePlan {
  const { connections, neon } = server;
  const { free, bound, limit } = connections;
  const lanes = Math.max(1, Math.min(asked, free - 1));
  const detail = `${free} of ${limit} connections are free (${limits[bound]})`;
  const check = { name: 'free connections', object: `server ${server.version}`, detail };
  if (free < 2) {
    // Neon manual, "Connection pooling": max_connections by compute size.
    const more = neon ? 'take a larger compute, which allows more' : 'raise the limit';
    const hint = `Close clients of the database, or ${more}: one lane takes two connections.`;
    return { lanes, note: null, check: { ...check, passed: false, hint } };
  }
  const note = lanes < asked ? `${lanes} in place of ${asked}: ${detail}` : null;
  return { lanes, note, check: { ...check, passed: true, hint: '' } };
}
