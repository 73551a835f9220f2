import type { BackupKey } from '#lib/manifest/manifest-store.ts';
import type { Repository } from '#lib/repository/repository.ts';
import {
  backupPrefix,
  backupsPrefix,
  connectionPrefix,
  parseManifestKey,
  parsePinKey,
} from '#lib/repository/repository-keys.ts';
import { type CheckKey, parseCheckKey } from './check-store.ts';
import { type Look, placeLooks } from './place-looks.ts';

/** How a backup stands, by the keys beside its manifest alone: no object is read for it. */
export interface Standing extends BackupKey {
  pinned: boolean;
  /** In the order in which they ended, oldest first. */
  checks: Look[];
  /** Looks that passed and are dated in the future: they do not count. A clock is wrong. */
  ahead: Look[];
  /** Size and time of its manifest as a listing has told them: another stamp is another manifest. */
  stamp?: string;
}

/**
 * Every committed backup with its standing, newest first, of one connection or of all. One listing a connection, no
 * reads.
 */
export async function listStandings(repository: Repository, connection?: string): Promise<Standing[]> {
  if (connection !== undefined) return listStandingsBelow(repository, connectionPrefix(connection));
  const connections = await listConnections(repository);
  const listed = await Promise.all(connections.map((name) => listStandings(repository, name)));
  return sortNewestFirst(listed.flat());
}

/** The connections that something is stored of. One listing. */
export async function listConnections({ store }: Repository): Promise<string[]> {
  const names: string[] = [];
  for await (const name of store.listFolders(backupsPrefix)) names.push(name);
  return names;
}

/** The standing of one backup, or `undefined` where it is not committed. One listing of what lies beside it. */
export async function readStanding(repository: Repository, backup: BackupKey): Promise<Standing | undefined> {
  return (await listStandingsBelow(repository, backupPrefix(backup)))[0];
}

/** The same of those whose keys begin with a prefix, which ends in a backup's id or in the beginning of one. */
export async function listStandingsBelow(repository: Repository, prefix: string): Promise<Standing[]> {
  const committed = new Map<string, Standing>();
  const beside: { backup: BackupKey; check: Look | undefined }[] = [];
  for await (const { key, size, modified } of repository.store.list(prefix)) {
    const manifest = parseManifestKey(key);
    if (manifest) {
      const stamp = `${size}@${modified.getTime()}`;
      committed.set(nameOf(manifest), { ...manifest, pinned: false, checks: [], ahead: [], stamp });
      continue;
    }
    const found = parseCheckKey(key);
    if (found) {
      const { backup, run, kind, passed } = found;
      beside.push({ backup, check: { run, kind, passed, at: modified } });
      continue;
    }
    const pin = parsePinKey(key);
    if (pin) beside.push({ backup: pin, check: undefined });
  }
  for (const { backup, check } of beside) {
    const standing = committed.get(nameOf(backup));
    if (check) standing?.checks.push(check);
    else if (standing) standing.pinned = true;
  }
  const now = new Date();
  for (const standing of committed.values()) Object.assign(standing, placeLooks(standing.checks, now));
  return sortNewestFirst([...committed.values()]);
}

/** Newest first. Changes the list it is given. */
export function sortNewestFirst(standings: Standing[]): Standing[] {
  return standings.sort((a, b) => (a.backupId < b.backupId ? 1 : -1));
}

/** The newest look of one kind at a backup. */
export function lastCheck(standing: Standing, kind: CheckKey['kind']): Look | undefined {
  return standing.checks.filter((check) => check.kind === kind).at(-1);
}

/**
 * Whether a backup must not be restored from: its newest reading of its objects, whole or by sample, found damage.
 * A later whole verification that passes, after a repair, lifts it.
 */
export function isKnownDamaged({ checks }: Standing): boolean {
  const readings = checks.filter(({ kind }) => kind !== 'proof');
  const failed = readings.findLastIndex(({ passed }) => !passed);
  return failed >= 0 && !readings.slice(failed + 1).some(({ kind, passed }) => kind === 'verify' && passed);
}

/** Whether the newest proof of a backup, by a drill or a restore, passed. */
export function isProven(standing: Standing): boolean {
  return lastCheck(standing, 'proof')?.passed === true;
}

function nameOf({ connection, backupId }: BackupKey): string {
  return `${connection}/${backupId}`;
}
