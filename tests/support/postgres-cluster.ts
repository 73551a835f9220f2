import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chown, cp, lchown, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf } from '#lib/errors/errno-of.ts';
import { copyDataDirectory } from './copy-data-directory.ts';
import { findFreePort } from './find-free-port.ts';
import {
  findPackagedPostgres,
  findSystemPostgres,
  type PackagedMajor,
  type PostgresBinaries,
} from './postgres-binaries.ts';

/** A running PostgreSQL server of our own, on 127.0.0.1, thrown away when it stops. */
export interface PostgresCluster extends AsyncDisposable {
  readonly major: number;
  readonly port: number;
  /** Superuser URL of the database `postgres`. */
  readonly url: string;
  /** Superuser URL of another database of the cluster. */
  urlOf(database: string): string;
  readonly dataDirectory: string;
  readonly logFile: string;
  /** Folder of the extensions' control files and scripts that this server reads. */
  readonly extensionDirectory: string;
  /** Another server with all that is committed in this one when the call is made: databases, roles, passwords, oids. */
  clone(): Promise<PostgresCluster>;
  stop(): Promise<void>;
}

/** A server whose files another one starts with. */
type Original = Pick<PostgresCluster, 'url' | 'dataDirectory'>;

/** Settings as in postgresql.conf, by name. */
export type ServerSettings = Record<string, string>;

/** Made for data that nobody wants back: no fsync, so a crash of the machine (not of the server) can lose it. */
const throwAwaySettings: ServerSettings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_wal_size: '4GB',
  max_connections: '200',
  max_prepared_transactions: '10',
  password_encryption: 'scram-sha-256',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** `nobody` exists on every Unix, PostgreSQL refuses to run as root, and making a user would change the machine. */
const unprivileged = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/**
 * Starts the server of the npm package. It listens on a free port of 127.0.0.1 only, has no Unix socket, asks for
 * SCRAM passwords, and goes away with its files when `stop` is called or this process ends, however it ends.
 */
export async function startCluster(options: {
  major: PackagedMajor;
  settings?: ServerSettings;
}): Promise<PostgresCluster> {
  return launch(await findPackagedPostgres(options.major), options.settings ?? {});
}

/** The same with the PostgreSQL that the machine has installed; `undefined` where this major is not there. */
export async function startSystemCluster(options: {
  major: number;
  settings?: ServerSettings;
}): Promise<PostgresCluster | undefined> {
  const binaries = await findSystemPostgres(options.major);
  return binaries === undefined ? undefined : launch(binaries, options.settings ?? {});
}

async function launch(
  installed: PostgresBinaries,
  settings: ServerSettings,
  original?: Original,
): Promise<PostgresCluster> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await launchOnce(installed, settings, original);
    } catch (cause) {
      // Between finding the free port and taking it, another process can be quicker.
      if (attempt === 3 || !String(cause).includes('Address already in use')) throw cause;
    }
  }
}

async function launchOnce(
  installed: PostgresBinaries,
  settings: ServerSettings,
  original: Original | undefined,
): Promise<PostgresCluster> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-postgres-'));
  try {
    if (unprivileged.uid !== undefined) await chown(directory, unprivileged.uid, unprivileged.gid);
    const binaries = await makeRunnable(installed, directory);
    const dataDirectory = join(directory, 'data');
    const password = original ? new URL(original.url).password : randomBytes(12).toString('hex');
    if (original) {
      const { url, dataDirectory: from } = original;
      await copyDataDirectory({ url, from, to: dataDirectory, owner: unprivileged });
    } else {
      await initialise({ binaries, directory, dataDirectory, password });
    }
    const clone = (of: Original): Promise<PostgresCluster> => launch(installed, settings, of);
    return await startServer({ binaries, directory, dataDirectory, password, settings, clone });
  } catch (cause) {
    await rm(directory, { recursive: true, force: true });
    throw cause;
  }
}

/** A checkout under /root cannot be entered by `nobody`: then the binaries are copied beside the data. */
async function makeRunnable(binaries: PostgresBinaries, directory: string): Promise<PostgresBinaries> {
  const probe = spawnSync(join(binaries.bin, 'postgres'), ['--version'], {
    ...unprivileged,
    cwd: '/',
    stdio: 'ignore',
  });
  if (probe.status === 0) return binaries;
  if (binaries.root === undefined) throw new Error(`${binaries.bin}/postgres does not run`, { cause: probe.error });
  const root = join(directory, 'postgres');
  await cp(binaries.root, root, { recursive: true, verbatimSymlinks: true });
  if (unprivileged.uid !== undefined) {
    // The watchdog, which removes the copy, is not root either.
    for (const entry of await readdir(root, { recursive: true })) {
      await lchown(join(root, entry), unprivileged.uid, unprivileged.gid);
    }
    await chown(root, unprivileged.uid, unprivileged.gid);
  }
  return { ...binaries, root, bin: join(root, 'bin'), extensions: join(root, 'share', 'postgresql', 'extension') };
}

async function initialise(options: {
  binaries: PostgresBinaries;
  directory: string;
  dataDirectory: string;
  password: string;
}): Promise<void> {
  const { binaries, directory, dataDirectory, password } = options;
  const passwordFile = join(directory, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (unprivileged.uid !== undefined) await chown(passwordFile, unprivileged.uid, unprivileged.gid);
  const initdb = spawn(
    join(binaries.bin, 'initdb'),
    [
      ...['-D', dataDirectory, '-U', 'postgres', '--pwfile', passwordFile, '--auth', 'scram-sha-256'],
      ...['--encoding', 'UTF8', '--locale', process.platform === 'linux' ? 'C.UTF-8' : 'C', '--no-sync'],
    ],
    { ...unprivileged, cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const errors = collectText(initdb.stderr);
  const [status] = await once(initdb, 'close');
  await rm(passwordFile);
  if (status !== 0) throw new Error(`initdb of PostgreSQL ${binaries.major} failed: ${await errors}`);
}

/**
 * The shell in between is the watchdog: its standard input is a pipe from this process, which the kernel closes when
 * this process dies, even by SIGKILL. Then, as after `stop`, it ends the server at once (SIGQUIT) and removes the files.
 */
const watchdog = `
directory=$1 log=$2; shift 2
exec 3<&0
"$@" >"$log" 2>&1 </dev/null 3<&- &
server=$!
{ cat <&3 >/dev/null; kill -QUIT "$server"; } 2>/dev/null &
wait "$server"
tail -n 20 "$log" >&2
rm -rf "$directory"
`;

async function startServer(options: {
  binaries: PostgresBinaries;
  directory: string;
  dataDirectory: string;
  password: string;
  settings: ServerSettings;
  clone: (original: Original) => Promise<PostgresCluster>;
}): Promise<PostgresCluster> {
  const { binaries, directory, dataDirectory, password } = options;
  const port = await findFreePort();
  const logFile = join(directory, 'server.log');
  const settings = {
    ...throwAwaySettings,
    ...options.settings,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port: String(port),
  };
  const watched = spawn(
    '/bin/sh',
    [
      ...['-c', watchdog, 'watchdog', directory, logFile, join(binaries.bin, 'postgres'), '-D', dataDirectory],
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    { ...unprivileged, cwd: '/', detached: true, stdio: ['pipe', 'ignore', 'pipe'] },
  );
  const errors = collectText(watched.stderr);
  const ended = once(watched, 'exit');
  let running = true;
  void ended.then(() => {
    running = false;
  });
  while (!(await isReady(dataDirectory))) {
    if (!running) throw new Error(`PostgreSQL ${binaries.major} did not start: ${await errors}`);
    await sleep(20);
  }
  watched.stderr.destroy();
  watched.unref();

  const urlOf = (database: string): string =>
    `postgres://postgres:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
  const stop = async (): Promise<void> => {
    watched.stdin.end();
    if (running) {
      watched.ref();
      await ended;
    }
  };
  return {
    major: binaries.major,
    port,
    url: urlOf('postgres'),
    urlOf,
    dataDirectory,
    logFile,
    extensionDirectory: binaries.extensions,
    clone: () => options.clone({ url: urlOf('postgres'), dataDirectory }),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** The eighth line of postmaster.pid is the server's state (src/include/utils/pidfile.h). */
async function isReady(dataDirectory: string): Promise<boolean> {
  try {
    const lines = (await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8')).split('\n');
    return lines[7]?.trim() === 'ready';
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT') return false;
    throw cause;
  }
}

async function collectText(stream: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  try {
    for await (const chunk of stream) text += chunk.toString();
  } catch (cause) {
    // The pipe is closed by us once the server is up; what was said until then is all there is to tell.
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ERR_STREAM_PREMATURE_CLOSE')) throw cause;
  }
  return text.trim();
}
