import type { Repository } from '#lib/repository/repository.ts';
import { listBackupSummaries } from './list-backup-summaries.ts';

/** One backup of a connection's history; bytes are stored bytes. */
export interface HistoryPoint {
  backupId: string;
  /** When its snapshot was taken. */
  takenAt: string;
  stored: number;
  /** Of them, what was not in the repository before. */
  newStored: number;
  /** From its start to its commit. */
  durationMs: number;
}

/**
 * The newest backups of a connection, oldest first, with what charts show of them; those that cannot be read are left
 * out. @throws StorageError.
 */
export async function readBackupHistory(
  repository: Repository,
  { connection, limit }: { connection: string; limit: number },
): Promise<HistoryPoint[]> {
  const { backups } = await listBackupSummaries(repository, { connection, limit });
  return backups
    .flatMap(({ backupId, outline }): HistoryPoint[] => {
      if (outline === null) return [];
      const { totals, snapshot, startedAt, completedAt } = outline;
      const durationMs = Math.max(0, Date.parse(completedAt) - Date.parse(startedAt));
      const { stored, newStored } = totals;
      return [
        { backupId, takenAt: snapshot.takenAt, stored: Number(stored), newStored: Number(newStored), durationMs },
      ];
    })
    .reverse();
}
