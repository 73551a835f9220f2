import type { Problem } from '#lib/errors/tell-problem.ts';
import type { BackupKey } from '#lib/manifest/manifest-store.ts';
import type { StandingMarks } from '#lib/standing/standing-marks.ts';
import type { BackupSummary } from './list-backup-summaries.ts';

/** What a list for programs tells of a backup's manifest; numbers that may pass 2^53 are decimal strings. */
interface EntrySummary {
  label: string | null;
  takenAt: string;
  server: string;
  /** Not known of a backup whose key is not given. */
  database: string | null;
  tables: number;
  rows: string;
  /** Bytes of COPY text. */
  bytes: string;
  stored: string;
  newStored: string;
  /** The commit that was being deployed. */
  gitSha: string | null;
  /** Of the key it is sealed under. */
  keyId: string | null;
}

/** One backup of `holdfast list --json` and of the API; `problem` says why its manifest cannot be read. */
export type BackupEntry = BackupKey & { standing: StandingMarks } & (
    | { summary: EntrySummary; problem: null }
    | { summary: null; problem: Problem }
  );

/** A backup of a list as programs read it. Pure. */
export function toBackupEntry({ connection, backupId, marks, outline, problem }: BackupSummary): BackupEntry {
  const key = { connection, backupId, standing: marks };
  if (outline === null) return { ...key, summary: null, problem };
  const { label, snapshot, source, database, tables, totals, git, keyId } = outline;
  const { rows, bytes, stored, newStored } = totals;
  const what = { label, takenAt: snapshot.takenAt, server: source.version, database, gitSha: git.sha, keyId };
  return { ...key, summary: { ...what, tables, rows, bytes, stored, newStored }, problem: null };
}
