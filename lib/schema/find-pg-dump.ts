import { execFile } from 'node:child_process';
import { readdir, realpath } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

/** A pg_dump installed on this machine. */
export interface NativePgDump {
  path: string;
  /** For example `15.18`. */
  version: string;
  major: number;
}

const run = promisify(execFile);

/** Where Debian's and Ubuntu's packages, and those of postgresql.org for Red Hat, put each major's programs. */
const packageFolders: readonly { parent: string; bin: (child: string) => string | undefined }[] = [
  {
    parent: '/usr/lib/postgresql',
    bin: (child) => (/^\d+$/.test(child) ? `/usr/lib/postgresql/${child}/bin` : undefined),
  },
  { parent: '/usr', bin: (child) => (/^pgsql-\d+$/.test(child) ? `/usr/${child}/bin` : undefined) },
];

/** Every pg_dump on `searchPath` (the variable PATH) and in the packages' folders that runs, each file once. */
export async function findPgDumps(options: { searchPath: string | undefined }): Promise<NativePgDump[]> {
  const onPath = (options.searchPath ?? '').split(delimiter).filter((folder) => folder !== '');
  const packaged = await Promise.all(packageFolders.map(listPackageFolders));
  const files = await Promise.all([...onPath, ...packaged.flat()].map(resolvePgDump));
  const unique = [...new Set(files.filter((file) => file !== undefined))];
  const found = await Promise.all(unique.map(readVersion));
  return found.filter((one) => one !== undefined);
}

async function listPackageFolders({ parent, bin }: (typeof packageFolders)[number]): Promise<string[]> {
  try {
    return (await readdir(parent)).map(bin).filter((folder) => folder !== undefined);
  } catch {
    return []; // No such packages here.
  }
}

async function resolvePgDump(folder: string): Promise<string | undefined> {
  try {
    const file = await realpath(join(folder, 'pg_dump'));
    // Debian's wrapper runs whichever version its cluster configuration names; the versions themselves are found beside.
    return file.endsWith('pg_wrapper') ? undefined : file;
  } catch {
    return undefined; // Not in this folder.
  }
}

async function readVersion(path: string): Promise<NativePgDump | undefined> {
  try {
    const { stdout } = await run(path, ['--version'], { timeout: 10_000 });
    const version = /\(PostgreSQL\) ([\w.]+)/.exec(stdout)?.[1] ?? '';
    const major = Number.parseInt(version, 10);
    return Number.isNaN(major) ? undefined : { path, version, major };
  } catch {
    return undefined; // A file that does not run is no pg_dump.
  }
}
