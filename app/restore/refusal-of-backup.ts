import type { BackupSummary } from '#lib/backup-view/list-backup-summaries.ts';

/** Why a backup cannot be restored from, in words for its line of a list; `null` where it can. Pure. */
export function refusalOfBackup({ marks, problem }: Pick<BackupSummary, 'marks' | 'problem'>): string | null {
  if (marks.damaged) return 'Not to be restored: its verification found damage.';
  return problem === null ? null : `Not to be restored: ${problem.message}`;
}
