import { DamagedError } from '#lib/errors/damaged-error.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { backupsPrefix, connectionPrefix, manifestKey, parseManifestKey } from '#lib/repository/repository-keys.ts';
import type { Manifest } from './manifest.ts';
import type { KnownOutline } from './outline.ts';
import { pickLatest } from './pick-latest.ts';
import { openManifest, openObjectNames, openOutline, sealManifest } from './seal-manifest.ts';

/**
 * Writes the manifest, the commit of a backup, and reads it back: a store that says it has stored it and has not must
 * not make a backup good. Writing the same one again is no change. @throws StorageError, DamagedError.
 */
export async function writeManifest(repository: Repository, manifest: Manifest): Promise<void> {
  const backup = { connection: manifest.connection, backupId: manifest.id };
  const key = manifestKey(backup);
  await repository.store.put(key, [sealManifest(manifest, { key, keys: repository.keys })], { ifAbsent: true });
  // Of a step that runs twice the first manifest stays, which differs in the time it was completed.
  const kept = await readManifest(repository, backup);
  if (kept.id === manifest.id && kept.run === manifest.run) return;
  throw new DamagedError(`${key} in ${repository.location} is the manifest of another run, ${kept.run}.`, {
    code: 'manifest_taken',
    hint: 'Back up again. If it stays so, look at what else writes to this place.',
  });
}

/** One backup as a listing shows it: found by its key, not yet opened. */
export interface BackupKey {
  connection: string;
  backupId: string;
}

/** Backups of the repository, newest first, of one connection or of all. */
export function listBackups(repository: Repository, connection?: string): Promise<BackupKey[]> {
  return listBelow(repository, connection ? connectionPrefix(connection) : backupsPrefix);
}

async function listBelow({ store }: Repository, prefix: string): Promise<BackupKey[]> {
  const keys: BackupKey[] = [];
  for await (const { key } of store.list(prefix)) {
    const named = parseManifestKey(key);
    if (named) keys.push(named);
  }
  return keys.sort((a, b) => (a.backupId < b.backupId ? 1 : -1));
}

/** The backup a person names: its id, the beginning of it, or `latest`, optionally of one connection. */
interface NamedBackup {
  backup: string;
  connection?: string | undefined;
  /** Whether who asks may see the backups of a connection: others are none to him. */
  isVisible?: (connection: string) => boolean;
  /** Hears of backups that are newer than the latest by their names only, where there are some. */
  onPassedOver?: (backups: readonly BackupKey[]) => void;
}

/**
 * The manifest of the backup a person names.
 * @throws UsageError (no such backup, or several), DamagedError, RefusedError (newer format).
 */
export async function findManifest(repository: Repository, wanted: NamedBackup): Promise<Manifest> {
  return readManifest(repository, await findBackup(repository, wanted));
}

/** The same, not yet opened. @throws UsageError (`unknown_backup`, `ambiguous_backup`). */
export async function findBackup(repository: Repository, wanted: NamedBackup): Promise<BackupKey> {
  const listed = await listCandidates(repository, wanted);
  const all = listed.filter(({ connection }) => wanted.isVisible?.(connection) !== false);
  const { latest, passedOver } = pickLatest(all, new Date());
  const isLatest = wanted.backup === 'latest';
  if (isLatest && passedOver.length > 0) wanted.onPassedOver?.(passedOver);
  const found = all.filter((key) => (isLatest ? key === latest : key.backupId.startsWith(wanted.backup)));
  const [first, second] = found;
  if (first && !second) return first;
  const where = `${repository.location}${wanted.connection ? ` for connection ${wanted.connection}` : ''}`;
  const problem = second
    ? `${found.length} backups begin with "${wanted.backup}"`
    : `There is no backup "${wanted.backup}"`;
  throw new UsageError(`${problem} in ${where}.`, {
    code: second ? 'ambiguous_backup' : 'unknown_backup',
    hint:
      all.length > 0
        ? 'See `holdfast list`, GET /api/v1/backups, or the console’s page of backups.'
        : 'The repository holds none yet: run `holdfast backup` first.',
  });
}

/** Of a connection's backups those that begin as wanted, without a look at the others; where there are none, all. */
async function listCandidates(repository: Repository, { backup, connection }: NamedBackup): Promise<BackupKey[]> {
  if (connection !== undefined && /^\d{8}T[\w-]*$/.test(backup)) {
    const begun = await listBelow(repository, `${connectionPrefix(connection)}${backup}`);
    if (begun.length > 0) return begun;
  }
  return listBackups(repository, connection);
}

/**
 * Opens one manifest. @throws DamagedError where it is missing or changed, RefusedError where a newer Holdfast wrote it
 * or its key is not given.
 */
export async function readManifest(repository: Repository, backup: BackupKey): Promise<Manifest> {
  const key = manifestKey(backup);
  return openManifest(await getManifest(repository, key), { key, keys: repository.keys });
}

/** The names of all objects a backup's manifest names, and perhaps more; quicker than readManifest, and throws the same. */
export async function readObjectNames(repository: Repository, backup: BackupKey): Promise<string[]> {
  const key = manifestKey(backup);
  return openObjectNames(await getManifest(repository, key), { key, keys: repository.keys });
}

/** What a manifest tells, with its key or without. @throws DamagedError, RefusedError where a newer Holdfast wrote it. */
export async function readOutline(repository: Repository, backup: BackupKey): Promise<KnownOutline> {
  const key = manifestKey(backup);
  return openOutline(await getManifest(repository, key), { key, keys: repository.keys });
}

async function getManifest(repository: Repository, key: string): Promise<Buffer> {
  const bytes = await repository.store.get(key);
  if (bytes) return bytes;
  throw new DamagedError(`${key} is missing in ${repository.location}.`, {
    code: 'manifest_missing',
    hint: 'See `holdfast list` for the backups there are.',
  });
}
