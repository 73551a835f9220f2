import type { Repository } from '#lib/repository/repository.ts';
import type { Standing } from '#lib/standing/list-standings.ts';
import { nameBackup, readOutlines } from '#lib/summaries/backup-summaries.ts';

/** Which of the backups, by id, were taken of the commit whose SHA begins with `sha`; one that cannot be read is of none. */
export async function findOfCommit(
  repository: Repository,
  { standings, sha }: { standings: readonly Standing[]; sha: string },
): Promise<Set<string>> {
  const outlines = await readOutlines(repository, standings);
  const ofCommit = standings.filter((standing) => {
    const found = outlines.get(nameBackup(standing));
    return found?.is === 'known' && found.summary.git.sha?.toLowerCase().startsWith(sha) === true;
  });
  return new Set(ofCommit.map(({ backupId }) => backupId));
}
