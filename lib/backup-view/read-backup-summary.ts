import { DamagedError } from '#lib/errors/damaged-error.ts';
import type { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { type BackupKey, readOutline } from '#lib/manifest/manifest-store.ts';
import type { KnownOutline } from '#lib/manifest/outline.ts';
import type { Repository } from '#lib/repository/repository.ts';
import type { Standing } from '#lib/standing/list-standings.ts';
import { nameBackup, readOutlines } from '#lib/summaries/backup-summaries.ts';

/** Why a manifest cannot be read, in the words of its error. */
type ManifestProblem = Pick<HoldfastError, 'name' | 'code' | 'message' | 'hint'>;

/** What is known of a backup without its tables: its outline, or why there is none. */
export type OutlineOrProblem = { outline: KnownOutline; problem: null } | { outline: null; problem: ManifestProblem };

/** The outline of one backup. A damaged or newer manifest is told, not thrown: it must not hide other backups. */
export async function readBackupSummary(repository: Repository, backup: BackupKey): Promise<OutlineOrProblem> {
  try {
    return { outline: await readOutline(repository, backup), problem: null };
  } catch (cause) {
    return { outline: null, problem: toProblem(cause) };
  }
}

/** What a person is told of why a manifest cannot be read. @throws what says nothing of the manifest. */
function toProblem(cause: unknown): ManifestProblem {
  if (!(cause instanceof DamagedError || cause instanceof RefusedError)) throw cause;
  const { name, code, message, hint } = cause;
  return { name, code, message, hint };
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
    const problem = toProblem(found?.is === 'unreadable' ? found.cause : undefined);
    return { standing, outline: null, problem, wasRead: true };
  });
}
