import { createHash, randomBytes } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Environment, readEnvironment } from '#lib/config/environment.ts';
import { errnoOf } from '#lib/errors/errno-of.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { withSession } from '#lib/postgres/connect.ts';
import { chooseServerPrograms } from './choose-server-programs.ts';
import { createDataDirectory, makeRunnable } from './create-data-directory.ts';
import { findServerPrograms } from './find-server-programs.ts';
import { isListening, startServer } from './run-server.ts';
import { readScratchRecord, type ScratchRecord, scratchPrefix, writeScratchRecord } from './scratch-record.ts';
import { type ScratchServer, scratchServerOf } from './scratch-server.ts';
import { chooseServerUser, giveTo } from './server-user.ts';
import { isAbandoned, isAlive, removeScratch, sweepScratch } from './sweep-scratch.ts';

/** How long a server that outlives processes is left alone when nobody stops it. */
export const scratchLifetimeMs = 24 * 60 * 60 * 1000;

export interface ScratchRequest {
  /** Names the server, for example a run's id: who asks for the same again gets the same server. */
  id: string;
  /** The folder in which its own folder is made, for example that of the operating system for temporary files. */
  folder: string;
  /** The lowest major that will do. */
  major: number;
  /** How long a server that outlives processes is left alone when nobody stops it, default a day. */
  lifetimeMs?: number;
  /** The process it ends with; `null`, the default: none. */
  owner?: number | null;
  environment?: Environment;
}

/**
 * The scratch server of an id: the running one, or a new and empty one (`fresh`). It outlives this process until
 * `stopScratchServer`; a server that was forgotten is removed by whoever uses scratch servers in the same folder after
 * its lifetime. Safe to call twice, and twice at once.
 * @throws RefusedError where no server program is at hand or may run, UnavailableError where it does not start.
 */
export async function startScratchServer(request: ScratchRequest): Promise<ScratchServer & { fresh: boolean }> {
  await mkdir(request.folder, { recursive: true });
  await sweepScratch(request.folder);
  const directory = scratchDirectory(request);
  for (let attempt = 1; ; attempt++) {
    const running = await findRunning(directory);
    if (running) return { ...scratchServerOf(running, directory), fresh: false };
    try {
      return { ...scratchServerOf(await makeServer(request, directory), directory), fresh: true };
    } catch (cause) {
      // Between finding a free port and taking it, another process can be quicker; or another one makes this very server.
      const isMade = errnoOf(cause) === 'EEXIST';
      if (!isMade && !(cause instanceof UnavailableError)) throw cause;
      if (attempt === 5) throw isMade ? beingMade(directory, cause) : cause;
      await sleep(100 * attempt);
    }
  }
}

/** The folder of the server of an id, which may hold anything. */
export function scratchDirectory({ id, folder }: Pick<ScratchRequest, 'id' | 'folder'>): string {
  const readable = id.replaceAll(/[^A-Za-z0-9-]/g, '').slice(0, 24);
  return join(folder, `${scratchPrefix}${readable}-${createHash('sha256').update(id).digest('hex').slice(0, 8)}`);
}

/** The record of the server where it answers; waits for one that is being started, removes one that is not. */
async function findRunning(directory: string): Promise<ScratchRecord | undefined> {
  for (let waited = 0; ; waited++) {
    const record = await readScratchRecord(directory);
    if (!record) return undefined;
    if (!record.ready && isAlive(record.starter) && waited < 600) {
      await sleep(100);
      continue;
    }
    if (record.ready && !isAbandoned(record, new Date()) && (await answers(record, directory))) return record;
    await removeScratch(directory, record);
    return undefined;
  }
}

async function answers(record: ScratchRecord, directory: string): Promise<boolean> {
  try {
    await withSession(scratchServerOf(record, directory).connectionTo(), (session) => session.query('select 1'));
    return true;
  } catch (cause) {
    // Gone, or its port is somebody else's by now: the password is of this server only.
    if (cause instanceof RefusedError || !(await isListening(record.port))) return false;
    // A busy server is one that somebody works with.
    throw cause;
  }
}

async function makeServer(request: ScratchRequest, directory: string): Promise<ScratchRecord> {
  const environment = request.environment ?? readEnvironment();
  const found = await findServerPrograms({ searchPath: environment['PATH'] });
  const programs = chooseServerPrograms(found, request.major);
  const user = chooseServerUser();
  await mkdir(directory, { mode: 0o700 });
  const until = new Date(Date.now() + (request.lifetimeMs ?? scratchLifetimeMs)).toISOString();
  const { version, major } = programs;
  const secret = { password: randomBytes(24).toString('hex'), port: await findFreePort() };
  const owned = { id: request.id, owner: request.owner ?? null, starter: process.pid, until };
  const record: ScratchRecord = { ...owned, ...secret, bin: programs.bin, version, major, ready: false };
  await writeScratchRecord(directory, record);
  try {
    await giveTo(user, directory);
    await requireEntered(directory, user.uid);
    const bin = await makeRunnable(programs, { directory, user });
    await createDataDirectory({ bin, directory, password: record.password, user });
    const started = { ...record, bin };
    await writeScratchRecord(directory, started);
    await startServer(directory, started);
    await writeScratchRecord(directory, { ...started, ready: true });
    return started;
  } catch (cause) {
    await removeScratch(directory, await readScratchRecord(directory));
    throw cause;
  }
}

function beingMade(directory: string, cause: unknown): UnavailableError {
  return new UnavailableError(`Another process is making the scratch server in ${directory}.`, {
    code: 'scratch_being_made',
    hint: 'Try again in a moment.',
    cause,
  });
}

/** As root, `nobody` runs the server: every folder above has to let it in. */
async function requireEntered(directory: string, uid: number | undefined): Promise<void> {
  if (uid === undefined) return;
  for (let folder = join(directory, '..'); folder !== join(folder, '..'); folder = join(folder, '..')) {
    const { mode } = await stat(folder);
    if ((mode & 0o001) !== 0) continue;
    throw new RefusedError(`A scratch server cannot be made in ${directory}: its user may not enter ${folder}.`, {
      code: 'scratch_folder_denied',
      hint: 'Name a folder that every user may enter (TMPDIR), or run Holdfast as another user than root.',
    });
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
