import { toBackupFilter } from '#app/backups/to-backup-filter.ts';
import { answer } from '#app/http/answer.ts';
import { requireRightOf } from '#app/http/authorize.ts';
import { idempotencyKey } from '#app/http/idempotency-key.ts';
import { readJson } from '#app/http/read-body.ts';
import { readQuery } from '#app/http/read-page.ts';
import { startOnce } from '#app/runs/start-once.ts';
import { backupRequested } from '#inngest/events.ts';
import { isInScope } from '#lib/access/identity.ts';
import { toBackupEntry } from '#lib/backup-view/backup-entry.ts';
import { listBackupSummaries } from '#lib/backup-view/list-backup-summaries.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { backupBody } from './body.ts';
import { backupsQuery } from './query.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

const queryHint =
  'It takes limit, before (an id), connection, label, git, since, until (2026-11-21, or a time) and standing.';

/**
 * `{ backups: [{ connection, backupId, standing, summary, problem }], next }`, newest first, of all connections or of
 * one, as `holdfast list --json` tells them.
 */
export function GET(request: Request): Promise<Response> {
  return answer(request, { action: 'read' }, async ({ identity }) => {
    const query = readQuery(request, { schema: backupsQuery, hint: queryHint });
    const { repository } = await openWorkspace();
    const { backups, next } = await listBackupSummaries(repository, {
      ...toBackupFilter(query),
      isVisible: (connection) => isInScope(identity, [connection]),
    });
    return { backups: backups.map(toBackupEntry), next };
  });
}

const hint = 'Send {"connection": "production"}, with a "label" where you want one.';
const action = 'start-backup';

/** Starts a backup: 202 `{ event, run }`, `run` being `null` where it has not begun yet. Takes an `Idempotency-Key`. */
export function POST(request: Request): Promise<Response> {
  return answer(request, { action, connections: 'later', status: 202 }, async (caller) => {
    const { connection, label } = await readJson(request, backupBody, hint);
    await requireRightOf(caller, { action, connections: [connection] });
    // The first thing that is asked of a new service may be a backup, which makes the repository.
    const { config, repository } = await openWorkspace({ create: true });
    return startOnce(caller, repository, {
      name: backupRequested.name,
      data: { connection, ...(label === undefined ? {} : { label }) },
      key: idempotencyKey(request),
      asked: { connection, label },
      check: async () => void findConnection(config, connection),
    });
  });
}
