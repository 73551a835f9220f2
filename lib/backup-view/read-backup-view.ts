import { DamagedError } from '#lib/errors/damaged-error.ts';
import { readStoredFormats, type StoredFormat } from '#lib/export/formats/stored-formats.ts';
import type { Manifest } from '#lib/manifest/manifest.ts';
import { type BackupKey, readManifest } from '#lib/manifest/manifest-store.ts';
import { isKeyMissing } from '#lib/repository/encryption/key-ring.ts';
import type { Repository } from '#lib/repository/repository.ts';
import type { BackupCheck } from '#lib/standing/backup-check.ts';
import { readChecks } from '#lib/standing/check-store.ts';
import { readStanding } from '#lib/standing/list-standings.ts';
import { type Pin, readPin } from '#lib/standing/pin-store.ts';
import { type StandingMarks, toMarks } from '#lib/standing/standing-marks.ts';
import { type OutlineOrProblem, readBackupSummary } from './read-backup-summary.ts';
import { requireBackup } from './require-backup.ts';

/** Everything the repository knows of one backup. */
export type BackupView = BackupKey &
  OutlineOrProblem & {
    marks: StandingMarks;
    /** `null` where its key is not given, or it cannot be read. */
    manifest: Manifest | null;
    /** Looks at it, oldest first. */
    checks: BackupCheck[];
    pin: Pin | null;
    /** Formats that lie beside it. */
    formats: StoredFormat[];
    /** What lies beside it and could not be read, in words: under a key that is not given, or damaged. */
    unread: string[];
  };

/**
 * Reads a backup by its whole name. A damaged manifest, or one whose key is not given, is told and not thrown.
 * @throws UsageError (`unknown_backup`), StorageError, UnavailableError.
 */
export async function readBackupView(repository: Repository, named: BackupKey): Promise<BackupView> {
  const backup = await requireBackup(repository, named);
  const unread: string[] = [];
  const attempt = async <T>(work: () => Promise<T>, instead: T): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      if (!(cause instanceof DamagedError || isKeyMissing(cause))) throw cause;
      unread.push(cause instanceof Error ? cause.message : String(cause));
      return instead;
    }
  };
  const [summary, standing] = await Promise.all([
    readBackupSummary(repository, backup),
    readStanding(repository, backup),
  ]);
  const [manifest, checks, pin, formats] = await Promise.all([
    summary.outline?.checked ? attempt(() => readManifest(repository, backup), null) : null,
    attempt(() => readChecks(repository, backup), []),
    attempt(async () => (await readPin(repository, backup)) ?? null, null),
    attempt(() => readStoredFormats(repository, backup), []),
  ]);
  const marks = toMarks(standing ?? { ...backup, pinned: false, checks: [], ahead: [] });
  return { ...backup, ...summary, marks, manifest, checks, pin, formats, unread };
}
