import { readKeptRuns } from '#lib/cutover/read-kept-runs.ts';
import { parseBackupId } from '#lib/repository/backup-id.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { listChildren } from '#lib/runs/children-store.ts';
import { listRecentRuns } from '#lib/runs/list-recent-runs.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import { readRun } from '#lib/runs/run-store.ts';
import type { Standing } from '#lib/standing/list-standings.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';

/** What the runs that have not ended need of a repository. */
export interface InUse {
  /** By backup id: a run that reads the backup, or that is rolled back by it. */
  backups: Map<string, string>;
  /** Backups that are being made now, by the sign of life they gave: runs. */
  openBackups: string[];
}

/**
 * Looks which backups must stay for the sake of a run. Of a run that is open the backup it was asked for counts, and those
 * its parts have made for it, dead or not: a run lasts a week at most. Reads only.
 */
export async function findInUse(workspace: Workspace, standings: readonly Standing[], now: Date): Promise<InUse> {
  const { config, repository } = workspace;
  const use: InUse = { backups: new Map(), openBackups: [] };
  for (const { id, ended, lastSign } of await listRecentRuns(repository, { now })) {
    if (ended) continue;
    const run = await readRun(repository, id);
    if (run === undefined) continue;
    if (run.kind !== 'backup') {
      const named = [...findNamed(run, standings), ...(await listMade(repository, id))];
      for (const backup of named) use.backups.set(backup, `run ${id}`);
    } else if (now.getTime() - lastSign.getTime() < config.deadAfterMs) use.openBackups.push(id);
  }
  for (const { run, cutover } of await readKeptRuns(workspace)) {
    const details = cutover?.details;
    if (details?.strategy !== 'in-place' || details.safetyBackup === null) continue;
    use.backups.set(details.safetyBackup.backupId, `the rollback of run ${run}`);
  }
  return use;
}

/** The backups that parts of a run take, or read: what a transfer restores next, what a restore in place goes back to. */
async function listMade(repository: Repository, id: string): Promise<string[]> {
  const runs = await Promise.all((await listChildren(repository, id)).map((child) => readRun(repository, child)));
  return runs.flatMap((run) => run?.backup ?? []);
}

/** The backups a run may have meant: an id, the beginning of one, or the newest at a moment that it knows alone. */
function findNamed({ backup, connection, startedAt }: RunRecord, standings: readonly Standing[]): string[] {
  if (backup === null) return [];
  const own = standings.filter((standing) => connection === null || standing.connection === connection);
  if (backup !== 'latest') return own.map(({ backupId }) => backupId).filter((id) => id.startsWith(backup));
  const [newestThen] = own
    .filter(({ backupId }) => (parseBackupId(backupId)?.created ?? new Date(0)) <= new Date(startedAt))
    .map(({ backupId }) => backupId)
    .sort()
    .reverse();
  return own.map(({ backupId }) => backupId).filter((id) => newestThen === undefined || id >= newestThen);
}
