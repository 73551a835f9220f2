import type { BackupKey } from '#lib/manifest/manifest-store.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { backupPrefix } from '#lib/repository/repository-keys.ts';
import { type BackupCheck, backupCheckSchema, type CheckKind, checkKinds } from './backup-check.ts';

/** Keeps a check with its backup. Safe to run twice: the same run writes the same key. @throws StorageError. */
export async function recordCheck(repository: Repository, backup: BackupKey, check: BackupCheck): Promise<void> {
  await repository.putJson(checkKey(backup, check), check);
}

/** A check as its key tells it. */
export interface CheckKey {
  kind: CheckKind;
  passed: boolean;
  run: string;
}

/** The check a key names, with its backup; `undefined` for any other key. */
export function parseCheckKey(key: string): (CheckKey & { backup: BackupKey }) | undefined {
  const [, connection, backupId, run, kindText, ending] =
    /^backups\/([^/]+)\/([^/]+)\/checks\/(\d{8}T\d{6}Z-[0-9a-z]+)-([a-z]+)-(passed|failed)\.json$/.exec(key) ?? [];
  const kind = checkKinds.find((one) => one === kindText);
  if (connection === undefined || backupId === undefined || run === undefined || kind === undefined) return undefined;
  return { backup: { connection, backupId }, run, kind, passed: ending === 'passed' };
}

/** The check that a key of a listing names; `undefined` where it is gone. @throws DamagedError, StorageError. */
export function readCheck(
  repository: Repository,
  backup: BackupKey,
  check: CheckKey,
): Promise<BackupCheck | undefined> {
  return repository.getJson(checkKey(backup, check), backupCheckSchema);
}

/** All checks of a backup, oldest first. @throws DamagedError, StorageError. */
export async function readChecks(repository: Repository, backup: BackupKey): Promise<BackupCheck[]> {
  const checks: BackupCheck[] = [];
  for await (const { key } of repository.store.list(`${backupPrefix(backup)}checks/`)) {
    if (parseCheckKey(key) === undefined) continue;
    const check = await repository.getJson(key, backupCheckSchema);
    if (check !== undefined) checks.push(check);
  }
  return checks.sort((a, b) => (a.at < b.at ? -1 : 1));
}

function checkKey(backup: BackupKey, { run, kind, passed }: CheckKey): string {
  return `${backupPrefix(backup)}checks/${run}-${kind}-${passed ? 'passed' : 'failed'}.json`;
}
