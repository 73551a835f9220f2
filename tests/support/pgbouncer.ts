import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf } from '#lib/errors/errno-of.ts';
import { findFreePort } from './find-free-port.ts';
import type { TransactionPooler } from './transaction-pooler.ts';

const candidates = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/usr/local/bin/pgbouncer'];

/** PgBouncer refuses to run as root. */
const unprivileged = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** A real PgBouncer in transaction mode with a pool of one, or `undefined` where none is installed. */
export async function startPgBouncer(url: string): Promise<TransactionPooler | undefined> {
  const program = await findProgram();
  if (program === undefined) return undefined;
  const target = new URL(url);
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-pgbouncer-'));
  const port = await findFreePort();
  const configFile = join(directory, 'pgbouncer.ini');
  const usersFile = join(directory, 'users.txt');
  await writeFile(
    configFile,
    `[databases]
* = host=${target.hostname} port=${target.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = plain
auth_file = ${usersFile}
pool_mode = transaction
default_pool_size = 1
max_client_conn = 50
ignore_startup_parameters = extra_float_digits, options
`,
  );
  await writeFile(usersFile, `"${decodeURIComponent(target.username)}" "${decodeURIComponent(target.password)}"\n`);
  if (unprivileged.uid !== undefined) {
    for (const path of [directory, configFile, usersFile]) await chown(path, unprivileged.uid, unprivileged.gid);
  }
  const pooler = spawn(program, ['-q', configFile], { ...unprivileged, cwd: directory, stdio: 'ignore' });
  const ended = once(pooler, 'exit');
  while (pooler.exitCode === null && !(await answers(port))) await sleep(20);
  if (pooler.exitCode !== null) throw new Error(`${program} ended with status ${pooler.exitCode}`);

  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String(port);
  const stop = async (): Promise<void> => {
    if (pooler.exitCode === null && pooler.signalCode === null) pooler.kill('SIGKILL');
    await ended;
    await rm(directory, { recursive: true, force: true });
  };
  return { kind: 'pgbouncer', url: through.href, stop, [Symbol.asyncDispose]: stop };
}

async function findProgram(): Promise<string | undefined> {
  for (const candidate of candidates) {
    const found = await access(candidate).then(
      () => true,
      () => false,
    );
    if (found) return candidate;
  }
  return undefined;
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch (cause) {
    if (errnoOf(cause) === 'ECONNREFUSED') return false;
    throw cause;
  } finally {
    socket.destroy();
  }
}
