import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { errnoOf } from '#lib/errors/errno-of.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';

const lockOwner = z.object({ token: z.string(), pid: z.number(), started: z.string(), machine: z.string() });
type LockOwner = z.infer<typeof lockOwner>;

/** How often the holder touches its lock, and how long another machine watches for that before it calls it dead. */
const heartbeatMs = 2_000;
const watchMs = 7_000;

/**
 * Takes `path` as an exclusive lock of this process and returns how to give it back. A lock whose process is dead is
 * taken over: on the same machine its pid and start time tell (so a reused pid does not pass for the holder); from
 * another machine or container, where pids mean nothing, the holder's heartbeat is watched instead.
 * A living holder is a RefusedError that names its pid.
 */
export async function acquireJournalLock(path: string): Promise<() => Promise<void>> {
  const own: LockOwner = { token: randomUUID(), pid: process.pid, started: startTime(process.pid), machine: machine() };
  const draft = `${path}.${own.token}`;
  await writeFile(draft, JSON.stringify(own));
  try {
    while (!(await tryLink(draft, path)) && !(await takeOver({ path, draft }, own)));
  } finally {
    await rm(draft, { force: true });
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => clearInterval(heartbeat));
  }, heartbeatMs).unref();
  return async () => {
    clearInterval(heartbeat);
    if ((await readOwner(path))?.token === own.token) await rm(path, { force: true });
  };
}

/**
 * Whether a living process holds the lock at `path`; takes nothing and waits for nobody. Of another machine's lock the
 * last heartbeat tells.
 */
export async function isJournalLocked(path: string): Promise<boolean> {
  const owner = await readOwner(path);
  if (owner === undefined) return false;
  if (owner.machine === machine()) return startTime(owner.pid) === owner.started;
  const touched = (await stat(path).catch(ignoreMissing))?.mtimeMs ?? 0;
  return Date.now() - touched < watchMs;
}

/** A hard link is the one call that both creates a file with its content and fails where it exists. */
async function tryLink(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Puts the draft in the place of a lock whose process is dead; answers whether it did. Who does that first claims the
 * dead lock by a file that carries its token, which one process alone can create; whoever comes late finds another lock
 * when it looks once more, and leaves it. A claim whose process is dead is claimed in the same way.
 * @throws RefusedError where the lock's process lives.
 */
async function takeOver({ path, draft }: { path: string; draft: string }, own: LockOwner): Promise<boolean> {
  const owner = await readOwner(path);
  if (owner === undefined) return false;
  if (await isAlive(path, { owner, own })) {
    throw new RefusedError(`journal in use by pid ${owner.pid}: ${path}`, {
      code: 'journal_in_use',
      hint: 'Wait until that process has ended, or give this one another journal.',
    });
  }
  const claims: string[] = [];
  for (let dead = owner; ; ) {
    const claim = `${path}.${dead.token}.next`;
    claims.push(claim);
    if (await tryLink(draft, claim)) break;
    const claimant = await readOwner(claim);
    // Done with, or under way: the next look at the lock tells.
    if (claimant === undefined || (await isAlive(claim, { owner: claimant, own }))) {
      await sleep(10);
      return false;
    }
    dead = claimant;
  }
  const isStillDead = (await readOwner(path))?.token === owner.token;
  if (isStillDead) {
    const mine = `${draft}.mine`;
    await link(draft, mine);
    await rename(mine, path);
  }
  for (const claim of isStillDead ? claims : claims.slice(-1)) await rm(claim, { force: true });
  return isStillDead;
}

async function isAlive(file: string, { owner, own }: { owner: LockOwner; own: LockOwner }): Promise<boolean> {
  return owner.machine === own.machine ? startTime(owner.pid) === owner.started : beats(file);
}

async function beats(path: string): Promise<boolean> {
  const before = (await stat(path).catch(ignoreMissing))?.mtimeMs;
  for (let waited = 0; waited < watchMs; waited += 500) {
    await sleep(500);
    const after = (await stat(path).catch(ignoreMissing))?.mtimeMs;
    if (after === undefined) return false;
    if (after !== before) return true;
  }
  return false;
}

async function readOwner(path: string): Promise<LockOwner | undefined> {
  const text = await readFile(path, 'utf8').catch(ignoreMissing);
  return text === undefined ? undefined : lockOwner.parse(JSON.parse(text));
}

/** When the process started, in a form that differs between two processes of one pid; '' where it does not run. */
function startTime(pid: number): string {
  try {
    // proc(5): the 22nd field, counted behind the command name, which may itself hold spaces and parentheses.
    if (process.platform === 'linux') {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      return fields[0] === 'Z' ? '' : (fields[19] ?? '');
    }
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    // No such process: reading /proc fails with ENOENT or ESRCH, ps exits with 1.
    return '';
  }
}

/** Two processes with the same answer see each other's pids. */
function machine(): string {
  if (process.platform !== 'linux') return hostname();
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return `${hostname()} ${boot} ${readlinkSync('/proc/self/ns/pid')}`;
}

function ignoreMissing(error: unknown): undefined {
  if (errnoOf(error) !== 'ENOENT') throw error;
}
