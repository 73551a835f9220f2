import { hostname } from 'node:os';
import type { Config } from '#lib/config/config.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { withSession } from '#lib/postgres/connect.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { type KeptMachine, keepSomething, letGo, readKeptMachine } from '#lib/runs/kept-store.ts';
import { readResult } from '#lib/runs/run-store.ts';
import {
  isScratchConnection,
  scratchConnectionName,
  startScratchConnection,
  stopScratchConnection,
} from '#lib/scratch/scratch-connection.ts';
import { scratchLifetimeMs } from '#lib/scratch/start-scratch-server.ts';
import type { DrillPlace } from './choose-place.ts';

/**
 * Makes a drill's place ready and says where it is, in words. The mark comes first, so that the sweeper finds a drill
 * that nobody drives any more. Safe to run twice: the server of this run is found again.
 * @throws RefusedError where no server program is at hand.
 */
export async function setUpPlace(
  repository: Repository,
  { runId, place, major }: { runId: string; place: DrillPlace; major: number },
): Promise<string> {
  const kept = { run: runId, what: 'drill' } as const;
  if (place.kind === 'connection') {
    await keepSomething(repository, kept);
    return `beside connection ${place.target}`;
  }
  await keepSomething(repository, { ...kept, machine: thisMachine() });
  try {
    const { version } = await startScratchConnection(place.target, { major });
    await requireOpenRun(repository, runId);
    return `a scratch server, PostgreSQL ${version}`;
  } catch (cause) {
    if (!(cause instanceof RefusedError) || cause.code !== 'no_server_programs') throw cause;
    const hint = `Install PostgreSQL ${major} or newer here, or name a connection: \`drill: { on: 'NAME' }\`, or --to NAME.`;
    throw new RefusedError(cause.message, { code: cause.code, hint, cause });
  }
}

/** Who has closed the run meanwhile has not seen the server of an attempt that comes late. */
async function requireOpenRun(repository: Repository, runId: string): Promise<void> {
  if ((await readResult(repository, runId)) === undefined) return;
  await takeDownPlace(repository, runId);
  throw new RefusedError(`Run ${runId} has ended.`, { code: 'run_ended', hint: 'Start a new drill.' });
}

function thisMachine(): KeptMachine {
  return { host: hostname(), until: new Date(Date.now() + scratchLifetimeMs).toISOString() };
}

/**
 * Takes away what a drill has set up here, and the mark. The mark of a server on another machine stays until that one
 * has taken it down, or the server's lifetime has passed. Safe to run twice.
 */
export async function takeDownPlace(repository: Repository, runId: string): Promise<void> {
  const kept = { run: runId, what: 'drill' } as const;
  await stopScratchConnection(scratchConnectionName(runId));
  const machine = await readKeptMachine(repository, kept);
  if (machine !== undefined && machine.host !== hostname() && new Date(machine.until) > new Date()) return;
  await letGo(repository, kept);
}

/** Whether the scratch server of a drill is gone or does not answer; a connection's server is nobody's to replace. */
export async function isPlaceGone(config: Config, { kind, target }: DrillPlace): Promise<boolean> {
  if (kind !== 'scratch' || !isScratchConnection(target)) return false;
  const connection = config.connections.get(target);
  if (connection === undefined) return true;
  try {
    await withSession(connection, (session) => session.query('select 1'));
    return false;
  } catch {
    return true; // Whatever it is: a server of our own that does not answer is started anew.
  }
}
