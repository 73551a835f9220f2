import type { ServerInfo } from '#lib/postgres/server-info.ts';
import type { Check } from './check.ts';

const limits = {
  server: 'max_connections, without what is reserved',
  role: 'the connection limit of the role',
  database: 'the connection limit of the database',
} as const;

/**
 * As many lanes as were asked for, or as many as the server has connections for: each lane holds one, and one more is
 * held beside them. Less than one lane is refused. Pure.
 */
export function planLanes(server: ServerInfo, asked: number): { lanes: number; check: Check } {
  const { connections, neon } = server;
  const { free, bound, limit } = connections;
  const lanes = Math.max(1, Math.min(asked, free - 1));
  const told = `${free} of ${limit} connections are free (${limits[bound]})`;
  const check = { name: 'free connections', object: `server ${server.version}` };
  if (free < 2) {
    // Neon manual, "Connection pooling": max_connections by compute size.
    const more = neon ? 'take a larger compute, which allows more' : 'raise the limit';
    const hint = `Close clients of the database, or ${more}: one lane takes two connections.`;
    return { lanes, check: { ...check, passed: false, detail: told, hint } };
  }
  const fewer = lanes < asked ? `: ${lanes === 1 ? 'one lane works' : `${lanes} lanes work`} in place of ${asked}` : '';
  return { lanes, check: { ...check, passed: true, detail: `${told}${fewer}`, hint: '' } };
}
