import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import type { ScratchRecord } from './scratch-record.ts';
import { chooseServerUser, giveTo } from './server-user.ts';

/** Made for data that nobody wants back: what a crash of the machine takes is built again. */
const settings: Readonly<Record<string, string>> = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '4GB',
  shared_buffers: '128MB',
  maintenance_work_mem: '128MB',
  max_connections: '40',
  password_encryption: 'scram-sha-256',
  timezone: 'UTC',
  log_timezone: 'UTC',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
};

/** Starts the server of a folder that `createDataDirectory` has made; it does not end with this process. */
export async function startServer(directory: string, { bin, port }: ScratchRecord): Promise<void> {
  const user = chooseServerUser();
  const log = join(directory, 'server.log');
  await (await open(log, 'a', 0o600)).close();
  await giveTo(user, log);
  const set = Object.entries({ ...settings, port: String(port) }).map(([name, value]) => `-c ${name}='${value}'`);
  const options = ['-D', join(directory, 'data'), '-l', log, '-w', '-t', '60', '-o', set.join(' ')];
  if ((await runProgram(join(bin, 'pg_ctl'), ['start', ...options])) === 0) return;
  const said = (await readFile(log, 'utf8')).trim().split('\n').slice(-5).join(' ');
  throw new UnavailableError(`A scratch server on port ${port} did not start: ${said}`, {
    code: 'scratch_start',
    hint: `See ${log}; another attempt takes another port.`,
  });
}

/** Ends the server of a folder at once, without a checkpoint: nobody wants its data. Nothing to do where it is gone. */
export async function endServer(directory: string, { bin, port }: ScratchRecord): Promise<void> {
  // A stale postmaster.pid may name the process of somebody else: only a server that listens is told to end.
  if (!(await isListening(port))) return;
  await runProgram(join(bin, 'pg_ctl'), ['stop', '-D', join(directory, 'data'), '-m', 'immediate', '-w']);
}

/** Whether anybody takes connections on a port of 127.0.0.1. */
export async function isListening(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false; // Refused: nobody is there.
  } finally {
    socket.destroy();
  }
}

async function runProgram(path: string, parameters: string[]): Promise<number | null> {
  const child = spawn(path, parameters, { ...chooseServerUser(), cwd: '/', stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  return typeof code === 'number' ? code : null;
}
