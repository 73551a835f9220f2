import { createHash } from 'node:crypto';
import { timePrefix } from '#lib/repository/time-id.ts';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/**
 * A run's own name, `20261121T014500Z-x7k2qd`: sorts by time, and follows from the event's time and the engine's run
 * id alone, so that every step, lane and failure handler derives the same one without asking.
 */
export function deriveRunId(eventTimeMs: number, engineRunId: string): string {
  const digest = createHash('sha256').update(engineRunId).digest();
  const suffix = [...digest.subarray(0, 4)].map((byte) => alphabet[byte % alphabet.length] ?? 'a').join('');
  return `${timePrefix(new Date(eventTimeMs))}${suffix}`;
}

/** Whether text from outside has the form of a run's name; says nothing of whether there is such a run. */
export function isRunId(text: string): boolean {
  return /^\d{8}T\d{6}Z-[0-9a-z]+$/.test(text);
}

/** When the run's event was sent, to the second; `undefined` where the text is no run's name. */
export function runTime(runId: string): Date | undefined {
  const [, ...parts] = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z-[0-9a-z]+$/.exec(runId) ?? [];
  const [year, month, day, hour, minute, second] = parts;
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/** `runs/<yyyymmdd>/<runId>/`: where everything a run leaves lies. */
export function runFolder(runId: string): string {
  return `runs/${runId.slice(0, 8)}/${runId}/`;
}
