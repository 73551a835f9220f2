import type { Progress, StepAtWork, StepRecord } from '#lib/runs/run-record.ts';

/**
 * The steps that lanes have begun and that have no record of an ending since. Only what writes its progress is known:
 * the steps that move rows, which are the long ones. Pure.
 */
export function findAtWork(lanes: readonly Progress[], timeline: readonly StepRecord[]): StepAtWork[] {
  return lanes
    .flatMap(({ step }) => (step === undefined || hasEnded(step, timeline) ? [] : [step]))
    .sort((one, other) => one.n.localeCompare(other.n, 'en', { numeric: true }));
}

function hasEnded({ n, slug, startedAt }: StepAtWork, timeline: readonly StepRecord[]): boolean {
  const record = timeline.find((step) => step.n === n && step.slug === slug);
  return record?.attempts.some(({ endedAt }) => endedAt >= startedAt) ?? false;
}
