import { z } from 'zod';
import { type BackupKey, readOutline } from '#lib/manifest/manifest-store.ts';
import { type KnownOutline, outlineSchema } from '#lib/manifest/outline.ts';
import { parseBackupId } from '#lib/repository/backup-id.ts';
import type { Repository } from '#lib/repository/repository.ts';
import type { Standing } from '#lib/standing/list-standings.ts';
import { readAnew, readSummaries } from './read-summaries.ts';
import { Shelf } from './shelf.ts';
import type { FoundSummary, SummaryKind, WantedSummary } from './summary-kind.ts';

/** Backups: a manifest is written once. What changes, checks and pins, a listing tells. */
export const backupSummaries: SummaryKind<KnownOutline> = {
  folder: 'backups',
  schema: outlineSchema.extend({ checked: z.boolean(), database: z.string().nullable() }),
  shelf: new Shelf(),
  read: (repository, name) => readOutline(repository, parseName(name)),
  // What the store says of a backup whose key is not given is the store's word, and changes when the key is.
  isKept: ({ checked }) => checked,
  monthOf: (name) => {
    const { backupId } = parseName(name);
    return parseBackupId(backupId) ? backupId.slice(0, 6) : undefined;
  },
};

/**
 * The outlines of these backups, whose standings a listing has just told, by `nameBackup`.
 * @throws StorageError, UnavailableError.
 */
export function readOutlines(
  repository: Repository,
  standings: readonly Standing[],
): Promise<Map<string, FoundSummary<KnownOutline>>> {
  return readSummaries(repository, backupSummaries, standings.map(toWanted));
}

/** The same by the manifests alone. @throws StorageError, UnavailableError. */
export function readOutlinesAnew(
  repository: Repository,
  standings: readonly Standing[],
): Promise<Map<string, FoundSummary<KnownOutline>>> {
  return readAnew(repository, backupSummaries, standings.map(toWanted));
}

/** How the index is asked for a backup that was listed. */
export function toWanted({ stamp = '', ...backup }: Standing): WantedSummary {
  return { name: nameBackup(backup), stamp };
}

/** `production/20261121T014500Z-x7k2qd` */
export function nameBackup({ connection, backupId }: BackupKey): string {
  return `${connection}/${backupId}`;
}

function parseName(name: string): BackupKey {
  const [connection = '', backupId = ''] = name.split('/');
  return { connection, backupId };
}
