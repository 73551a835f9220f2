import { requireRightOf } from '#app/http/authorize.ts';
import type { Caller } from '#app/http/identify.ts';
import type { Action } from '#lib/access/may.ts';
import type { BackupKey } from '#lib/manifest/manifest-store.ts';
import { openWorkspace, type Workspace } from '#lib/workspace/open-workspace.ts';
import { findBackup } from './find-backup.ts';

/** What is asked for: a backup, optionally of one connection, into another one. */
interface AskedBackup {
  backup: string;
  from?: string | undefined;
  to: string;
}

/**
 * The backup that a caller wants to bring into a connection, where he may do that with both.
 * @throws RefusedError (`forbidden`, `out_of_scope`), UsageError (`unknown_backup`, `ambiguous_backup`).
 */
export async function findAllowedBackup(
  caller: Caller,
  { action, asked: { backup: named, from, to } }: { action: Action; asked: AskedBackup },
): Promise<{ workspace: Workspace; backup: BackupKey }> {
  await requireRightOf(caller, { action, connections: [to, ...(from === undefined ? [] : [from])] });
  const workspace = await openWorkspace();
  const { identity } = caller;
  const backup = await findBackup(workspace.repository, { backup: named, from, identity });
  await requireRightOf(caller, { action, connections: [backup.connection, to] });
  return { workspace, backup };
}
