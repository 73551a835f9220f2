import { z } from 'zod';
import { objectName } from '#lib/manifest/chunk-ref.ts';
import type { BackupKey } from '#lib/manifest/manifest-store.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { readMark, removeMark } from '#lib/runs/mark.ts';

/** A backup that is about to be committed, and every object its manifest will name. */
const announcedSchema = z.strictObject({ names: z.array(objectName) });

/** A commit that is under way, or that a killed backup has left. */
export interface AnnouncedCommit {
  key: string;
  /** When it was announced, by the store's clock. */
  modified: Date;
}

const prefix = 'committing/';

/**
 * Says that a backup is about to name these objects. Until the announcement is taken back no sweep that begins to
 * delete later takes one of them. Answers when it was written, by the store's clock. Safe to repeat.
 */
export async function announceCommit(
  repository: Repository,
  { backup, names }: { backup: BackupKey; names: readonly string[] },
): Promise<Date> {
  const key = announcementKey(backup);
  await repository.putJson(key, { names });
  // Gone already: a store whose clock is asked in vain gives ours.
  return (await repository.store.head(key))?.modified ?? new Date();
}

/** Takes the announcement back once the manifest is there. Safe to repeat. */
export async function endAnnouncement(repository: Repository, backup: BackupKey): Promise<void> {
  await removeMark(repository, announcementKey(backup));
}

/** All commits that are announced, read or not. */
export async function listAnnouncedCommits(repository: Repository): Promise<AnnouncedCommit[]> {
  const commits: AnnouncedCommit[] = [];
  for await (const { key, modified } of repository.store.list(prefix)) commits.push({ key, modified });
  return commits;
}

/** The objects an announced commit will name; none where it was taken back. @throws DamagedError. */
export async function readAnnouncedNames(repository: Repository, key: string): Promise<readonly string[]> {
  return (await readMark(repository, { key, schema: announcedSchema }))?.names ?? [];
}

function announcementKey({ connection, backupId }: BackupKey): string {
  return `${prefix}${connection}/${backupId}.json`;
}
