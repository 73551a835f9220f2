import { requireRightOf } from '#app/http/authorize.ts';
import type { Caller } from '#app/http/identify.ts';
import { findBackup } from '#app/restore/find-backup.ts';
import { requireRoot } from '#app/runs/require-run.ts';
import { requireConfirmed } from '#app/runs/start-discard.ts';
import { discardRequested, drillRequested, runApproved, runCancelled } from '#inngest/events.ts';
import type { Action } from '#lib/access/may.ts';
import { requireCancellable } from '#lib/cutover/require-cancellable.ts';
import { requireWaiting } from '#lib/cutover/require-waiting.ts';
import { connectionsOfDrill } from '#lib/drill/connections-of-drill.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import type { Repository } from '#lib/repository/repository.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import { readRun } from '#lib/runs/run-store.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { acceptedEvents } from './accepted-events.ts';
import type { AcceptedEvent } from './parse-events.ts';

const actions: ReadonlyMap<string, Action> = new Map(acceptedEvents.map(({ event, action }) => [event.name, action]));
/** What takes a backup by a name that may stand for another one tomorrow. */
const readers: ReadonlySet<Action> = new Set(['restore', 'recover', 'verify']);
/** What changes the service as a whole, whatever connection it names: chunks are swept of all. */
const ofTheService: ReadonlySet<Action> = new Set(['sweep', 'prune']);

/**
 * Lets pass what a caller may send, and answers it as it is sent: with the backup that it names and its connection, or
 * to the run that what it decides about hangs on. The right is asked for with the connections it touches, also those it
 * does not name. @throws RefusedError (`forbidden`, `out_of_scope`, a decision that comes too late, a discard that
 * nobody has confirmed), UsageError (no such backup or run).
 */
export async function admitEvent(
  caller: Caller,
  { event, open }: { event: AcceptedEvent; open: () => Promise<Workspace> },
): Promise<AcceptedEvent> {
  // An event that is not known here needs the right of an admin.
  const action = actions.get(event.name) ?? 'settings';
  const { connection, from, to, run } = event.data;
  const named = ofTheService.has(action) ? [] : [connection, from, to].filter((name) => typeof name === 'string');
  const isLater = named.length === 0 && (readers.has(action) || run !== undefined);
  await requireRightOf(caller, { action, connections: isLater ? 'later' : named });
  if (readers.has(action)) return withBackup(caller, { event, action, repository: (await open()).repository });
  if (event.name === drillRequested.name) return withPlace(caller, { event, action, workspace: await open() });
  if (typeof run !== 'string') return event;
  const workspace = await open();
  const root = await requireRoot(workspace.repository, { id: run, caller, action });
  return decided(event, { workspace, root });
}

async function withBackup(
  caller: Caller,
  { event, action, repository }: { event: AcceptedEvent; action: Action; repository: Repository },
): Promise<AcceptedEvent> {
  const { backup, from, to } = event.data;
  const found = await findBackup(repository, {
    ...{ backup: String(backup), from: typeof from === 'string' ? from : undefined, identity: caller.identity },
  });
  await requireRightOf(caller, { action, connections: [found.connection, ...(typeof to === 'string' ? [to] : [])] });
  return { ...event, data: { ...event.data, backup: found.backupId, from: found.connection } };
}

/** A drill touches the database that its copy is built beside, also where the config names that. */
async function withPlace(
  caller: Caller,
  { event, action, workspace }: { event: AcceptedEvent; action: Action; workspace: Workspace },
): Promise<AcceptedEvent> {
  const { connection, to } = event.data;
  const asked = { connection: String(connection), to: typeof to === 'string' ? to : undefined };
  await requireRightOf(caller, { action, connections: connectionsOfDrill(workspace.config, asked) });
  return event;
}

/** What is decided about a part is decided about the whole, as `/api/v1/runs/<run>/approve`, `/cancel` and `/discard` do. */
async function decided(
  event: AcceptedEvent,
  { workspace, root }: { workspace: Workspace; root: RunRecord },
): Promise<AcceptedEvent> {
  const { repository } = workspace;
  if (event.name === runApproved.name) {
    const { run } = await requireWaiting(repository, root.id);
    return { ...event, data: { run } };
  }
  if (event.name === runCancelled.name) {
    await requireItsEvent(repository, event);
    await requireCancellable(repository, root.id);
    return { ...event, data: { run: root.id, eventId: root.eventId } };
  }
  if (event.name === discardRequested.name) {
    const { confirm } = event.data;
    await requireConfirmed(workspace, { root, confirm: typeof confirm === 'string' ? confirm : undefined });
    return { ...event, data: { run: root.id, confirm } };
  }
  return event;
}

/** Holds a cancellation against the run it names: an engine goes by the event's id alone, the right and the log by the run. */
async function requireItsEvent(repository: Repository, event: AcceptedEvent): Promise<void> {
  const { run: id, eventId } = event.data;
  const run = await readRun(repository, String(id));
  if (run?.eventId === eventId) return;
  throw new UsageError(`No event ${JSON.stringify(eventId)} has started a run ${JSON.stringify(id)}.`, {
    code: 'wrong_event',
    hint: 'GET /api/v1/runs/<run> shows its eventId; POST /api/v1/runs/<run>/cancel needs none.',
  });
}
