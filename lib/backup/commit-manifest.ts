import { announceCommit, endAnnouncement } from '#lib/garbage/announced-commit.ts';
import { awaitDeletions } from '#lib/garbage/await-deletions.ts';
import { listObjects } from '#lib/manifest/list-objects.ts';
import type { Manifest } from '#lib/manifest/manifest.ts';
import { writeManifest } from '#lib/manifest/manifest-store.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { checkStored } from './check-stored.ts';

/** A sweep deletes for seconds; beyond this the step is tried again later. */
const patienceMs = 30_000;

/**
 * Writes the manifest when every object it names is there to stay: announced first, so that no sweep takes one of them
 * that does not know of it; then asked for, after every sweep that may have taken one has ended; only then committed.
 * See lib/garbage/delete-doomed.ts for why the order matters. Safe to run twice.
 * @throws DamagedError where an object is missing, UnavailableError where a sweep does not end.
 */
export async function commitManifest(repository: Repository, manifest: Manifest): Promise<void> {
  const backup = { connection: manifest.connection, backupId: manifest.id };
  const names = listObjects(manifest).map(({ name }) => name);
  const announcedAt = await announceCommit(repository, { backup, names });
  await awaitDeletions(repository, { names: new Set(names), announcedAt, patienceMs });
  await checkStored(repository, manifest);
  await writeManifest(repository, manifest);
  await endAnnouncement(repository, backup);
}
