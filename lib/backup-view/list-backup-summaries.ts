import type { BackupKey } from '#lib/manifest/manifest-store.ts';
import { parseBackupId } from '#lib/repository/backup-id.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { listKeptStandings } from '#lib/standing/kept-standings.ts';
import type { Standing } from '#lib/standing/list-standings.ts';
import { type StandingMarks, toMarks } from '#lib/standing/standing-marks.ts';
import { type OutlineOrProblem, readBackupSummaries } from './read-backup-summary.ts';

/** A backup as a list shows it. */
export type BackupSummary = BackupKey & { marks: StandingMarks } & OutlineOrProblem;

/** The standings that a list can be narrowed to. */
export const filterStandings = ['proven', 'verified', 'damaged', 'pinned'] as const;

/** Which backups are wanted; what is left out does not narrow. */
export interface BackupFilter {
  connection?: string | undefined;
  /** A part of the label, in capitals or not. */
  label?: string | undefined;
  /** The beginning of a commit's SHA, in small letters. */
  git?: string | undefined;
  /** Begun at this time or later, and before that one. */
  since?: Date | undefined;
  until?: Date | undefined;
  standing?: (typeof filterStandings)[number] | undefined;
}

interface PageOfBackups extends BackupFilter {
  limit: number;
  /** Only what is older than the backup of this id. */
  before?: string | undefined;
  /** Whether who asks may see the backups of a connection. */
  isVisible?: (connection: string) => boolean;
}

/** What one page may cost: a search that few backups pass must not have the manifests of all of them read. */
const mostCost = 8_192;
/** Of a backup that the index does not know; of one that it knows: 1. */
const costOfReading = 16;

/**
 * A page of backups, newest first: `limit` of them at most. `next` is the `before` of the following page, `null` where
 * there is none. A search for a label or a commit may make a page short, or empty, with a next one. One listing; of
 * backups that the index does not know the manifests are read, up to 512 of them for a search. @throws StorageError.
 */
export async function listBackupSummaries(
  repository: Repository,
  { limit, before, isVisible, ...filter }: PageOfBackups,
): Promise<{ backups: BackupSummary[]; next: string | null }> {
  const standings = (await listKeptStandings(repository, filter.connection)).filter(
    (standing) =>
      isVisible?.(standing.connection) !== false &&
      (before === undefined || standing.backupId < before) &&
      isOfTime(standing, filter) &&
      (filter.standing === undefined || toMarks(standing)[filter.standing]),
  );
  const isSearched = filter.label !== undefined || filter.git !== undefined;
  const batch = isSearched ? 64 : limit;
  const backups: BackupSummary[] = [];
  let [from, cost] = [0, 0];
  while (from < standings.length && cost < mostCost && backups.length < limit + (isSearched ? 1 : 0)) {
    for (const read of await readBackupSummaries(repository, standings.slice(from, from + batch))) {
      cost += read.wasRead ? costOfReading : 1;
      if (isWanted(read, filter)) backups.push(toSummary(read));
    }
    from += batch;
  }
  const page = backups.slice(0, limit);
  const last = backups.length > limit ? page.at(-1) : from < standings.length ? standings[from - 1] : undefined;
  return { backups: page, next: last?.backupId ?? null };
}

function toSummary({ standing, outline, problem }: OutlineOrProblem & { standing: Standing }): BackupSummary {
  const { connection, backupId } = standing;
  const what = outline === null ? { outline, problem } : { outline, problem: null };
  return { connection, backupId, marks: toMarks(standing), ...what };
}

/** By its id, without a look into it. */
function isOfTime({ backupId }: BackupKey, { since, until }: BackupFilter): boolean {
  const created = parseBackupId(backupId)?.created;
  if (created === undefined) return since === undefined && until === undefined;
  return (since === undefined || created >= since) && (until === undefined || created < until);
}

function isWanted({ outline }: OutlineOrProblem, { label, git }: BackupFilter): boolean {
  if (label === undefined && git === undefined) return true;
  return (
    outline !== null &&
    (label === undefined || outline.label?.toLowerCase().includes(label.toLowerCase()) === true) &&
    (git === undefined || outline.git.sha?.toLowerCase().startsWith(git) === true)
  );
}
