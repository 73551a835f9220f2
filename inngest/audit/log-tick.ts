import type { Context } from 'inngest';
import { writeAuditOnce } from '#lib/audit/audit-store.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { whoStarts } from './self-starter.ts';

/** What an engine calls the tick of a cron trigger. */
const tickName = 'inngest/scheduled.timer';

/**
 * Writes into the audit log that a run was begun by the daily tick of its own function; nothing where an event has begun
 * it, as whoever sends one has logged that. Safe to run twice: the moment of the entry is the run's beginning.
 */
export async function logTick(
  { repository }: Pick<Workspace, 'repository'>,
  { context, run, asks }: { context: Pick<Context.Any, 'event'>; run: RunRecord; asks: string },
): Promise<void> {
  if (context.event.name !== tickName) return;
  const who = whoStarts({ kind: 'schedule', id: run.kind, name: `schedule ${run.kind}` });
  const about = { what: asks, object: null, run: run.id, detail: { event: run.eventId } };
  const entry = { ...who, ...about, outcome: 'accepted' } as const;
  await writeAuditOnce(repository, entry, { at: new Date(run.startedAt), of: run.id });
}
