import { answer } from '#app/http/answer.ts';
import { requireRightOf } from '#app/http/authorize.ts';
import { idempotencyKey } from '#app/http/idempotency-key.ts';
import { readJson } from '#app/http/read-body.ts';
import { startOnce } from '#app/runs/start-once.ts';
import { drillRequested } from '#inngest/events.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { connectionsOfDrill } from '#lib/drill/connections-of-drill.ts';
import { findManifest } from '#lib/manifest/manifest-store.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { drillBody } from './body.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

const hint = 'Send {"connection": "production"}, with "backup" and "to" where they are not to be chosen.';
const action = 'drill';

/**
 * Restores a backup to staging, proves the copy and drops it: 202 `{ event, run }`, `run` being `null` where it has not
 * begun yet. Takes an `Idempotency-Key`.
 */
export function POST(request: Request): Promise<Response> {
  return answer(request, { action, connections: 'later', status: 202 }, async (caller) => {
    const { connection, backup: named, to } = await readJson(request, drillBody, hint);
    // What the request names is asked first: who may not touch that is not told where it would be drilled.
    await requireRightOf(caller, { action, connections: [connection, ...(to === undefined ? [] : [to])] });
    const { config, repository } = await openWorkspace();
    await requireRightOf(caller, { action, connections: connectionsOfDrill(config, { connection, to }) });
    // Its backups may be drilled without its database: only where the copy is built must be reached.
    const { id: backup } = await findManifest(repository, { backup: named, connection });
    return startOnce(caller, repository, {
      name: drillRequested.name,
      data: { connection, backup, ...(to === undefined ? {} : { to }) },
      key: idempotencyKey(request),
      asked: { connection, backup: named, to },
      check: async () => {
        if (to !== undefined) findConnection(config, to);
      },
    });
  });
}
