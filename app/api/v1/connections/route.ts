import { listConnections } from '#app/connections/list-connections.ts';
import { answer } from '#app/http/answer.ts';
import { loadConfig } from '#lib/config/load-config.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/** `{ connections: [{ name, url, protected, driver, neon, ... }] }`; of a URL only user, host and database are told. */
export function GET(request: Request): Promise<Response> {
  return answer(request, { action: 'read' }, async ({ identity }) => ({
    connections: listConnections(await loadConfig(), identity),
  }));
}
