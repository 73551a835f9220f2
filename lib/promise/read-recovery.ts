import type { Repository } from '#lib/repository/repository.ts';
import { readCheck } from '#lib/standing/check-store.ts';
import type { Standing } from '#lib/standing/list-standings.ts';
import { listLooks } from './last-check.ts';

/** Proofs that are read for it: those of restores measure nothing. */
const mostReads = 10;

/** Milliseconds the last drill that measured its recovery took; `null` where none of the last proofs did. */
export async function readRecovery(repository: Repository, standings: readonly Standing[]): Promise<number | null> {
  const proofs = listLooks(standings, 'proof').filter(({ check }) => check.passed);
  // The newest alone nearly always tells it; where it does not, the others are read at once.
  for (const looks of [proofs.slice(0, 1), proofs.slice(1, mostReads)]) {
    const checks = await Promise.all(
      looks.map(({ standing: { connection, backupId }, check }) =>
        readCheck(repository, { connection, backupId }, check),
      ),
    );
    const measured = checks.find((check) => (check?.recoveryMs ?? null) !== null);
    if (measured !== undefined) return measured.recoveryMs;
  }
  return null;
}
