import { execFile } from 'node:child_process';
import { cp, lchown, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { RefusedError } from '#lib/errors/refused-error.ts';
import type { ServerPrograms } from './find-server-programs.ts';
import { giveTo, type ServerUser } from './server-user.ts';

const run = promisify(execFile);

/** Makes `directory/data` for a server whose superuser `postgres` has this password. @throws RefusedError. */
export async function createDataDirectory(options: {
  bin: string;
  directory: string;
  password: string;
  user: ServerUser;
}): Promise<void> {
  const { bin, directory, password, user } = options;
  const passwordFile = join(directory, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  await giveTo(user, passwordFile);
  try {
    await run(
      join(bin, 'initdb'),
      [
        ...['-D', join(directory, 'data'), '-U', 'postgres', '--pwfile', passwordFile, '--auth', 'scram-sha-256'],
        ...['--encoding', 'UTF8', '--locale', process.platform === 'linux' ? 'C.UTF-8' : 'C', '--no-sync'],
      ],
      { ...user, cwd: '/' },
    );
  } catch (cause) {
    throw new RefusedError(`${join(bin, 'initdb')} could not make a scratch server in ${directory}.`, {
      code: 'scratch_initdb',
      hint: 'Is there space, and may the user of the server write there? TMPDIR names another folder.',
      cause,
    });
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/**
 * The folder of programs that the server's user may run: a checkout under /root cannot be entered by `nobody`, so an
 * installation that can be moved is copied beside the data. @throws RefusedError where it cannot be moved.
 */
export async function makeRunnable(
  programs: ServerPrograms,
  { directory, user }: { directory: string; user: ServerUser },
): Promise<string> {
  try {
    await run(join(programs.bin, 'postgres'), ['--version'], { ...user, cwd: '/' });
    return programs.bin;
  } catch (cause) {
    if (programs.movable === null) {
      throw new RefusedError(`The user of the scratch server may not run ${join(programs.bin, 'postgres')}.`, {
        code: 'scratch_programs_denied',
        hint: 'Let every user read and enter that folder, or run Holdfast as another user than root.',
        cause,
      });
    }
  }
  const root = join(directory, 'postgres');
  await cp(programs.movable, root, { recursive: true, verbatimSymlinks: true });
  const { uid, gid } = user;
  if (uid !== undefined && gid !== undefined) {
    for (const entry of await readdir(root, { recursive: true })) await lchown(join(root, entry), uid, gid);
    await lchown(root, uid, gid);
  }
  return join(root, 'bin');
}
