import { runCancelled } from '#inngest/events.ts';
import type { Asked } from '#lib/access/identity.ts';
import type { Action } from '#lib/access/may.ts';
import { connectionsOfRun } from '#lib/access/run-scope.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import { listBackups } from '#lib/manifest/manifest-store.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { isRunId } from '#lib/runs/run-id.ts';
import { readRun } from '#lib/runs/run-store.ts';
import { acceptedEvents } from './accepted-events.ts';
import type { AcceptedEvent } from './parse-events.ts';

const actions: ReadonlyMap<string, Action> = new Map(acceptedEvents.map(({ event, action }) => [event.name, action]));

/** The right an event needs. An event that is not known here needs the one of an admin. */
export function actionOf({ name }: AcceptedEvent): Action {
  return actions.get(name) ?? 'settings';
}

/**
 * The right with the connections that the event touches, also those it does not name: of the backup it restores, of the
 * run it decides about. @throws UsageError where there is no such backup or run.
 */
export async function rightOfEvent(openRepository: () => Promise<Repository>, event: AcceptedEvent): Promise<Asked> {
  const { connection, from, to, backup, run } = event.data;
  const named = [connection, from, to].filter((name) => typeof name === 'string');
  const ofBackup =
    typeof backup === 'string' && from === undefined && connection === undefined
      ? await connectionsOfBackup(await openRepository(), backup)
      : [];
  const ofRun = typeof run === 'string' ? await connectionsOfNamedRun(await openRepository(), run) : [];
  return { action: actionOf(event), connections: [...new Set([...named, ...ofBackup, ...ofRun])] };
}

/**
 * Holds a cancellation against the run it names: an engine goes by the event's id alone, the right and the log by the run.
 * @throws UsageError where there is no such run, or another event has started it.
 */
export async function requireItsEvent(openRepository: () => Promise<Repository>, event: AcceptedEvent): Promise<void> {
  if (event.name !== runCancelled.name) return;
  const { run: id, eventId } = event.data;
  const run = typeof id === 'string' && isRunId(id) ? await readRun(await openRepository(), id) : undefined;
  if (run?.eventId === eventId) return;
  throw new UsageError(`No event ${JSON.stringify(eventId)} has started a run ${JSON.stringify(id)}.`, {
    code: 'wrong_event',
    hint: 'GET /api/v1/runs/<run> shows its eventId; POST /api/v1/runs/<run>/cancel needs none.',
  });
}

/** What the name may stand for, of any connection: `latest` without one may be anybody's. */
async function connectionsOfBackup(repository: Repository, backup: string): Promise<string[]> {
  const all = await listBackups(repository);
  const meant = backup === 'latest' ? all : all.filter(({ backupId }) => backupId.startsWith(backup));
  if (meant.length > 0) return meant.map(({ connection }) => connection);
  throw new UsageError(`There is no backup ${JSON.stringify(backup)}.`, {
    code: 'unknown_backup',
    hint: 'GET /api/v1/backups lists them.',
  });
}

async function connectionsOfNamedRun(repository: Repository, id: string): Promise<string[]> {
  const run = isRunId(id) ? await readRun(repository, id) : undefined;
  if (run !== undefined) return connectionsOfRun(run);
  throw new UsageError(`There is no run ${JSON.stringify(id)}.`, {
    code: 'unknown_run',
    hint: 'GET /api/v1/runs lists them.',
  });
}
