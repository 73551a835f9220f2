import { describeTime } from '#lib/report/describe-amounts.ts';
import type { Waiting } from '#lib/runs/waiting-store.ts';

/** What a run waits for and until when, with the commands that let it go on or end it. */
export function describeWaiting(runId: string, { what, until }: Waiting): string {
  return [
    `Run ${runId} waits for approval of ${what}, until ${describeTime(until)}; then its copy is discarded.`,
    `  approve  holdfast approve ${runId}`,
    `  cancel   holdfast cancel ${runId}`,
  ].join('\n');
}
