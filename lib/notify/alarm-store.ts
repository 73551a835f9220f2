import { z } from 'zod';
import { noticeEvents } from '#lib/config/channel.ts';
import { DamagedError } from '#lib/errors/damaged-error.ts';
import type { Repository } from '#lib/repository/repository.ts';

const runAlarmSchema = z.strictObject({
  /** The newest run that was judged. */
  run: z.string(),
  failing: z.boolean(),
  /** What was told of it: a second judgement of the same run tells the same. */
  told: z.array(z.enum(noticeEvents)),
});

/** `alarms/<connection>/<kind>.json`: how the last run of a kind ended, so that its recovery can be told. */
export type RunAlarm = z.infer<typeof runAlarmSchema>;

const overdueAlarmSchema = z.strictObject({
  overdue: z.boolean(),
  /** When it was told last; of a promise that nobody was told of, since when it is looked at. */
  toldAt: z.iso.datetime(),
});

/**
 * `alarms/<connection>/overdue.json`: whether somebody was told that nothing runs; `alarms/<connection>/promise.json`:
 * whether somebody was told that nothing is proven, or too slowly.
 */
export type OverdueAlarm = z.infer<typeof overdueAlarmSchema>;

/** @throws StorageError, UnavailableError. */
export function readRunAlarm(repository: Repository, subject: string, kind: string): Promise<RunAlarm | undefined> {
  return readAlarm(repository, alarmKey(subject, kind), runAlarmSchema);
}

/** Writes over the former one. @throws StorageError. */
export async function writeRunAlarm(
  repository: Repository,
  { subject, kind, alarm }: { subject: string; kind: string; alarm: RunAlarm },
): Promise<void> {
  await repository.putJson(alarmKey(subject, kind), alarm);
}

/** @throws StorageError, UnavailableError. */
export function readPromiseAlarm(repository: Repository, connection: string): Promise<OverdueAlarm | undefined> {
  return readAlarm(repository, alarmKey(connection, 'promise'), overdueAlarmSchema);
}

/** Writes over the former one. @throws StorageError. */
export async function writePromiseAlarm(
  repository: Repository,
  connection: string,
  alarm: OverdueAlarm,
): Promise<void> {
  await repository.putJson(alarmKey(connection, 'promise'), alarm);
}

/** @throws StorageError, UnavailableError. */
export function readOverdueAlarm(repository: Repository, connection: string): Promise<OverdueAlarm | undefined> {
  return readAlarm(repository, alarmKey(connection, 'overdue'), overdueAlarmSchema);
}

/** Writes over the former one. @throws StorageError. */
export async function writeOverdueAlarm(
  repository: Repository,
  connection: string,
  alarm: OverdueAlarm,
): Promise<void> {
  await repository.putJson(alarmKey(connection, 'overdue'), alarm);
}

async function readAlarm<T>(repository: Repository, key: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    return await repository.getJson(key, schema);
  } catch (cause) {
    // A state that was cut off must not keep an alarm from being told: it is as if nobody had been told yet.
    if (cause instanceof DamagedError) return undefined;
    throw cause;
  }
}

function alarmKey(subject: string, name: string): string {
  return `alarms/${subject}/${name}.json`;
}
