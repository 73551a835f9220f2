import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import type { Repository } from '#lib/repository/repository.ts';
import type { AuditNote } from './audit-entry.ts';
import { writeAudit } from './audit-store.ts';

/**
 * Does what changes something, with its entry in the log written first: what cannot be logged is not done. Where the
 * work fails, a second entry says so. @throws StorageError, UnavailableError where the log cannot be written; what
 * `work` throws.
 */
export async function withAudit<T>(
  repository: Repository,
  note: Omit<AuditNote, 'outcome'>,
  work: () => Promise<T>,
): Promise<T> {
  await writeAudit(repository, { ...note, outcome: 'accepted' });
  try {
    return await work();
  } catch (cause) {
    const detail = { ...note.detail, code: cause instanceof HoldfastError ? cause.code : 'unexpected' };
    // The first entry stands; the failure that counts is the one of the work.
    await writeAudit(repository, { ...note, outcome: 'failed', detail }).catch(() => undefined);
    throw cause;
  }
}
