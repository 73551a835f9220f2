import { type Problem, tellProblem } from '#lib/errors/tell-problem.ts';
import { type BackupKey, readOutline } from '#lib/manifest/manifest-store.ts';
import type { KnownOutline } from '#lib/manifest/outline.ts';
import type { Repository } from '#lib/repository/repository.ts';
import type { Standing } from '#lib/standing/list-standings.ts';
import { nameBackup, readOutlines } from '#lib/summaries/backup-summaries.ts';

/** What is known of a backup without its tables: its outline, or why there is none. */
export type OutlineOrProblem = { outline: KnownOutline; problem: null } | { outline: null; problem: Problem };

/** The outline of one backup. A damaged or newer manifest is told, not thrown: it must not hide other backups. */
export async function readBackupSummary(repository: Repository, backup: BackupKey): Promise<OutlineOrProblem> {
  try {
    return { outline: await readOutline(repository, backup), problem: null };
  } catch (cause) {
    return { outline: null, problem: tellProblem(cause) };
  }
}

/**
 * The same of many backups, whose standings a listing has just told, in their order. `wasRead`: its manifest was read,
 * as the index does not know it.
 */
export async function readBackupSummaries(
  repository: Repository,
  standings: readonly Standing[],
): Promise<(OutlineOrProblem & { standing: Standing; wasRead: boolean })[]> {
  const outlines = await readOutlines(repository, standings);
  return standings.map((standing) => {
    const found = outlines.get(nameBackup(standing));
    if (found?.is === 'known') return { standing, outline: found.summary, problem: null, wasRead: found.wasRead };
    // A manifest is never without an outline, as a run may be without an end.
    const problem = tellProblem(found?.is === 'unreadable' ? found.cause : undefined);
    return { standing, outline: null, problem, wasRead: true };
  });
}
