import type { Repository } from '#lib/repository/repository.ts';
import { readCheck } from '#lib/standing/check-store.ts';
import type { Standing } from '#lib/standing/list-standings.ts';
import { listLooks } from './last-check.ts';

/** Proofs that are read for it: those of restores measure nothing. */
const mostReads = 10;

/** Milliseconds the last drill that measured its recovery took; `null` where none of the last proofs did. */
export async function readRecovery(repository: Repository, standings: readonly Standing[]): Promise<number | null> {
  const proofs = listLooks(standings, 'proof').filter(({ check }) => check.passed);
  for (const { standing, check } of proofs.slice(0, mostReads)) {
    const { connection, backupId } = standing;
    const recoveryMs = (await readCheck(repository, { connection, backupId }, check))?.recoveryMs ?? null;
    if (recoveryMs !== null) return recoveryMs;
  }
  return null;
}
