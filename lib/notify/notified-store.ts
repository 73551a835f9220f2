import { z } from 'zod';
import type { Repository } from '#lib/repository/repository.ts';
import { runFolder } from '#lib/runs/run-id.ts';
import type { Notice } from './notice.ts';

/** What a person was told by a channel, or why not. */
const notifiedSchema = z.strictObject({
  channel: z.string(),
  event: z.string(),
  at: z.iso.datetime(),
  /** `undelivered`: no attempt came through, and it is tried again later. */
  state: z.enum(['delivered', 'refused', 'undelivered']),
  /** What the receiver said. */
  detail: z.string(),
});
export type Notified = z.infer<typeof notifiedSchema>;

/**
 * Writes it beside the run (`runs/<day>/<run>/notified/<channel>.json`), or where no run is told of, beside the alarm of
 * the connection. Safe to repeat: the last word stays.
 */
export async function recordNotified(repository: Repository, notice: Notice, notified: Notified): Promise<void> {
  const folder = notice.run === null ? `alarms/${notice.connection ?? '_'}/` : runFolder(notice.run);
  await repository.putJson(`${folder}notified/${notified.channel}.json`, notified);
}

/** What was told of a run, by channel. @throws DamagedError where a record does not parse. */
export async function readNotified(repository: Repository, runId: string): Promise<Notified[]> {
  const all: Notified[] = [];
  for await (const { key } of repository.store.list(`${runFolder(runId)}notified/`)) {
    const notified = await repository.getJson(key, notifiedSchema);
    if (notified) all.push(notified);
  }
  return all;
}
