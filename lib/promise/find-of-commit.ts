import { DamagedError } from '#lib/errors/damaged-error.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { readOutline } from '#lib/manifest/manifest-store.ts';
import type { Repository } from '#lib/repository/repository.ts';
import type { Standing } from '#lib/standing/list-standings.ts';

const atOnce = 16;

/**
 * Which of the backups, by id, were taken of the commit whose SHA begins with `sha`. Reads the outline of each: one
 * that cannot be read is of no commit.
 */
export async function findOfCommit(
  repository: Repository,
  { standings, sha }: { standings: readonly Standing[]; sha: string },
): Promise<Set<string>> {
  const found = new Set<string>();
  const queue = standings.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const { connection, backupId } of queue) {
        const commit = await readCommit(repository, { connection, backupId });
        if (commit?.toLowerCase().startsWith(sha)) found.add(backupId);
      }
    }),
  );
  return found;
}

async function readCommit(
  repository: Repository,
  backup: { connection: string; backupId: string },
): Promise<string | null> {
  try {
    return (await readOutline(repository, backup)).git.sha;
  } catch (cause) {
    // Damaged, or of a newer format: `list` says which.
    if (cause instanceof DamagedError || cause instanceof RefusedError) return null;
    throw cause;
  }
}
