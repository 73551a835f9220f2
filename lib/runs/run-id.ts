import { createHash } from 'node:crypto';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/**
 * A run's own name, `20261121T014500Z-x7k2qd`: sorts by time, and follows from the event's time and the engine's run
 * id alone, so that every step, lane and failure handler derives the same one without asking.
 */
export function deriveRunId(eventTimeMs: number, engineRunId: string): string {
  const time = new Date(eventTimeMs)
    .toISOString()
    .replace(/[-:]/g, '')
    .replace(/\.\d{3}Z$/, 'Z');
  const digest = createHash('sha256').update(engineRunId).digest();
  const suffix = [...digest.subarray(0, 6)].map((byte) => alphabet[byte % alphabet.length] ?? 'a').join('');
  return `${time}-${suffix}`;
}

/** `runs/<yyyymmdd>/<runId>/`: where everything a run leaves lies. */
export function runFolder(runId: string): string {
  return `runs/${runId.slice(0, 8)}/${runId}/`;
}
