import { execFileSync } from 'node:child_process';
import { chown } from 'node:fs/promises';

/** Whom a child process runs as; empty: the user of this process. */
export interface ServerUser {
  uid?: number;
  gid?: number;
}

/**
 * PostgreSQL refuses to run as root: then it runs as `nobody`, whom every Unix has. Making a user would change the
 * machine.
 */
export function chooseServerUser(): ServerUser {
  if (process.getuid?.() !== 0) return {};
  const idOf = (option: string): number => Number(execFileSync('id', [option, 'nobody'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

/** Gives a path to the server's user, where that is not us. */
export async function giveTo({ uid, gid }: ServerUser, path: string): Promise<void> {
  if (uid !== undefined && gid !== undefined) await chown(path, uid, gid);
}
