/** Key of a chunk; the first two hex digits of its name spread chunks over 256 folders. */
export function chunkKey(name: string): string {
  return `${chunkPrefix}${name.slice(0, 2)}/${name}`;
}

const chunkPrefix = 'chunks/';
export const backupsPrefix = 'backups/';

/** What lies beside a manifest begins with this; ends in a slash. */
export function backupPrefix(backup: { connection: string; backupId: string }): string {
  return `${connectionPrefix(backup.connection)}${backup.backupId}/`;
}

/** All backups of a connection, oldest first in a listing; ends in a slash. */
export function connectionPrefix(connection: string): string {
  return `${backupsPrefix}${connection}/`;
}

/** The object whose appearance makes a backup. */
export function manifestKey(backup: { connection: string; backupId: string }): string {
  return `${backupPrefix(backup)}manifest.json`;
}

/** The backup a manifest's key names, or `undefined` for any other key. */
export function parseManifestKey(key: string): { connection: string; backupId: string } | undefined {
  const [, connection, backupId] = /^backups\/([^/]+)\/([^/]+)\/manifest\.json$/.exec(key) ?? [];
  return connection === undefined || backupId === undefined ? undefined : { connection, backupId };
}

/** The script that restores a backup without Holdfast. */
export function restoreScriptKey(backup: { connection: string; backupId: string }): string {
  return `${backupPrefix(backup)}restore.sh`;
}

/** Extra formats of a backup, and their record, begin with this; ends in a slash. */
export function formatsPrefix(backup: { connection: string; backupId: string }): string {
  return `${backupPrefix(backup)}formats/`;
}

/** The object that keeps a backup from pruning. */
export function pinKey(backup: { connection: string; backupId: string }): string {
  return `${backupPrefix(backup)}pin.json`;
}

/** The backup a pin's key names, or `undefined` for any other key. */
export function parsePinKey(key: string): { connection: string; backupId: string } | undefined {
  const [, connection, backupId] = /^backups\/([^/]+)\/([^/]+)\/pin\.json$/.exec(key) ?? [];
  return connection === undefined || backupId === undefined ? undefined : { connection, backupId };
}

/** Ids of the keys that came after the first one lie here, in clear. */
export const knownKeyPrefix = 'keys/';

/** The object that says that a repository is written under a key since. */
export function knownKey(keyId: string): string {
  return `${knownKeyPrefix}${keyId}.json`;
}

/** The key id an object's key names, or `undefined` for any other key. */
export function parseKnownKey(key: string): string | undefined {
  return /^keys\/([0-9a-f]{16})\.json$/.exec(key)?.[1];
}
