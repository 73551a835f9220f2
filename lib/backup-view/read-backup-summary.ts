import { DamagedError } from '#lib/errors/damaged-error.ts';
import type { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { type BackupKey, readOutline } from '#lib/manifest/manifest-store.ts';
import type { KnownOutline } from '#lib/manifest/outline.ts';
import type { Repository } from '#lib/repository/repository.ts';

/** Why a manifest cannot be read, in the words of its error. */
export type ManifestProblem = Pick<HoldfastError, 'name' | 'code' | 'message' | 'hint'>;

/** What is known of a backup without its tables: its outline, or why there is none. */
export type OutlineOrProblem = { outline: KnownOutline; problem: null } | { outline: null; problem: ManifestProblem };

/** The outline of one backup. A damaged or newer manifest is told, not thrown: it must not hide other backups. */
export async function readBackupSummary(repository: Repository, backup: BackupKey): Promise<OutlineOrProblem> {
  try {
    return { outline: await readOutline(repository, backup), problem: null };
  } catch (cause) {
    if (!(cause instanceof DamagedError || cause instanceof RefusedError)) throw cause;
    const { name, code, message, hint } = cause;
    return { outline: null, problem: { name, code, message, hint } };
  }
}
