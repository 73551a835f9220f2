import { DamagedError } from '#lib/errors/damaged-error.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { type BackupKey, listBackups, readObjectNames } from '#lib/manifest/manifest-store.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { chunkKey } from '#lib/repository/repository-keys.ts';
import { workTogether } from '#lib/repository/work-together.ts';
import { recordCheck } from '#lib/standing/check-store.ts';
import type { Damage } from './damage.ts';

const atOnce = 8;
/** Manifests that are read for it, newest first. */
const mostBackups = 2_000;

/** Which other backups name a damaged object. */
export interface SharedDamage {
  /** Their ids, newest first. */
  backups: string[];
  /** Backups that were not looked at: too many, out of time, or their manifests cannot be read. */
  notRead: number;
}

/**
 * Keeps with every other backup that names one of the damaged objects that a reading found it damaged: backups share
 * chunks, and nobody is to be told to take one that cannot be restored. Within `budgetMs`, at least some. Safe to run
 * twice: the check's key is that of the run. @throws StorageError, UnavailableError.
 */
export async function noteSharedDamage(
  repository: Repository,
  found: { runId: string; backup: BackupKey; damage: readonly Damage[]; at: string; budgetMs: number },
): Promise<SharedDamage> {
  const { runId, backup, at } = found;
  // Where only the counts differ it is perhaps this manifest that is wrong.
  const ofStore = found.damage.filter(({ code }) => code !== 'totals_differ' && code !== 'rows_differ');
  const damaged = new Set(ofStore.map(({ key }) => key));
  if (damaged.size === 0) return { backups: [], notRead: 0 };
  const all = (await listBackups(repository)).filter(({ backupId }) => backupId !== backup.backupId);
  const looked = all.slice(0, mostBackups);
  const deadline = Date.now() + found.budgetMs;
  const backups: string[] = [];
  let notRead = all.length - looked.length;
  await workTogether(looked.entries(), atOnce, async ([index, other]) => {
    const names = index >= atOnce && Date.now() > deadline ? undefined : await readNames(repository, other);
    if (names === undefined) {
      notRead++;
      return;
    }
    const shared = new Set(names.map(chunkKey).filter((key) => damaged.has(key))).size;
    if (shared === 0) return;
    const how = `shares ${shared} damaged object${shared === 1 ? '' : 's'} with ${backup.backupId}, found by run ${runId}`;
    await recordCheck(repository, other, { kind: 'sample', passed: false, run: runId, at, how, recoveryMs: null });
    backups.push(other.backupId);
  });
  return { backups: backups.sort().reverse(), notRead };
}

/** `undefined` where the manifest cannot be read: that is another damage, and not this run's. */
async function readNames(repository: Repository, backup: BackupKey): Promise<string[] | undefined> {
  try {
    return await readObjectNames(repository, backup);
  } catch (cause) {
    if (!(cause instanceof DamagedError || cause instanceof RefusedError)) throw cause;
    return undefined;
  }
}
