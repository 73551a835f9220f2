import { DamagedError } from '#lib/errors/damaged-error.ts';
import { isKeyMissing } from '#lib/repository/encryption/key-ring.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { readCheck } from '#lib/standing/check-store.ts';
import type { Standing } from '#lib/standing/list-standings.ts';
import type { LookedAt } from './last-check.ts';
import { listLooks } from './last-check.ts';

/** Proofs that are read for it at most: those of restores measure nothing, and there may be many since the last drill. */
const mostReads = 200;
const readsAtOnce = 20;

/** How long a recovery took, and the runs whose check cannot be read. */
export interface Recovery {
  /** Milliseconds the last drill that measured its recovery took; `null` where none of the last proofs did. */
  recoveryMs: number | null;
  unreadable: string[];
}

/** What the last drill that measured its recovery took. A damaged check is passed over. @throws StorageError. */
export async function readRecovery(
  repository: Repository,
  { standings, now }: { standings: readonly Standing[]; now: Date },
): Promise<Recovery> {
  const unreadable: string[] = [];
  const proofs = listLooks(standings, { kind: 'proof', now })
    .filter(({ check }) => check.passed)
    .slice(0, mostReads);
  // The newest alone nearly always tells it.
  for (let [from, count] = [0, 1]; from < proofs.length; from += count, count = readsAtOnce) {
    const looks = proofs.slice(from, from + count);
    const read = await Promise.all(
      looks.map(async (look) => ({ run: look.check.run, recoveryMs: await readOne(repository, look) })),
    );
    for (const { run, recoveryMs } of read) {
      if (recoveryMs === 'unreadable') unreadable.push(run);
      else if (recoveryMs !== null) return { recoveryMs, unreadable };
    }
  }
  return { recoveryMs: null, unreadable };
}

async function readOne(
  repository: Repository,
  { standing: { connection, backupId }, check }: LookedAt,
): Promise<number | null | 'unreadable'> {
  try {
    return (await readCheck(repository, { connection, backupId }, check))?.recoveryMs ?? null;
  } catch (cause) {
    // One check that does not parse must not take the promises of all connections away.
    if (cause instanceof DamagedError || isKeyMissing(cause)) return 'unreadable';
    throw cause;
  }
}
