import type { Repository } from '#lib/repository/repository.ts';
import { runFolder } from './run-id.ts';
import type { RunRecord } from './run-record.ts';
import { readRun } from './run-store.ts';

/**
 * The run that an event has started, `undefined` until its record is there. `sentAt` is the event's own time (epoch
 * milliseconds): a run's id begins with its second, so that one short listing finds it.
 */
export async function findRunOfEvent(
  repository: Repository,
  { eventIds, sentAt }: { eventIds: readonly string[]; sentAt: number },
): Promise<RunRecord | undefined> {
  const second = `${new Date(sentAt).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z-`;
  for await (const { key } of repository.store.list(runFolder(second).replace(/\/$/, ''))) {
    const [, , runId = ''] = key.split('/');
    if (!key.endsWith('/run.json')) continue;
    const run = await readRun(repository, runId);
    if (run !== undefined && eventIds.includes(run.eventId)) return run;
  }
  return undefined;
}
