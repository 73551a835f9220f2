import type { StepAtWork, StepRecord } from '#lib/runs/run-record.ts';
import { stepRetries } from '#lib/runs/step-retries.ts';

/** A stretch of a step on the run's time, in thousandths of its whole length. */
export interface TimelineSpan {
  kind: 'worked' | 'failed' | 'waited';
  from: number;
  width: number;
}

/** A step as the timeline shows it. */
export interface TimelineStep {
  n: string;
  slug: string;
  /** `again`: its last attempt failed, and another one follows or is at work; `working`: an attempt is at work. */
  outcome: 'completed' | 'retried' | 'failed' | 'again' | 'working';
  attempts: number;
  startedAt: string | undefined;
  /** Of the attempt that is at work: when it began. */
  since: string | null;
  workedMs: number;
  waitedMs: number;
  /** Of failed attempts, one a line. */
  errors: string[];
  spans: TimelineSpan[];
}

const scale = 1_000;

interface TimelineFrame {
  from: number;
  to: number;
  isOpen: boolean;
  tell: (text: string) => string;
  /** The attempts that have begun and not ended. */
  atWork?: readonly StepAtWork[];
}

/**
 * Lays steps out on the time from a run's beginning to its end, or to now. Times are epoch milliseconds; `isOpen`: it
 * has not ended; `tell` puts the message of an error as who looks at it may read it.
 */
export function planTimeline(
  steps: readonly StepRecord[],
  { from, to, isOpen, tell, atWork = [] }: TimelineFrame,
): TimelineStep[] {
  const whole = Math.max(1, to - from);
  const place = (at: number): number => Math.min(scale, Math.max(0, ((at - from) / whole) * scale));
  const span = (kind: TimelineSpan['kind'], start: number, end: number): TimelineSpan => ({
    ...{ kind, from: place(start), width: Math.max(0, place(end) - place(start)) },
  });
  const ended = steps.map(({ n, slug, attempts }): TimelineStep => {
    const spans = attempts.flatMap(({ startedAt, endedAt, outcome, waitedMs }) => {
      const start = Date.parse(startedAt);
      const worked = span(outcome === 'failed' ? 'failed' : 'worked', start, Date.parse(endedAt));
      return waitedMs > 0 ? [span('waited', start - waitedMs, start), worked] : [worked];
    });
    const failures = attempts.filter(({ outcome }) => outcome === 'failed');
    return {
      ...{ n, slug, spans, attempts: attempts.length, startedAt: attempts[0]?.startedAt, since: null },
      outcome: outcomeOf(attempts, { isOpen }),
      workedMs: attempts.reduce((sum, { startedAt, endedAt }) => sum + Date.parse(endedAt) - Date.parse(startedAt), 0),
      waitedMs: attempts.reduce((sum, { waitedMs }) => sum + waitedMs, 0),
      errors: failures.map(({ error }) => tell(error?.message ?? 'unknown')),
    };
  });
  const working = atWork.map(({ n, slug, startedAt: since }): TimelineStep => {
    const start = Date.parse(since);
    const before = ended.find((step) => step.n === n && step.slug === slug);
    return {
      ...{ n, slug, since, outcome: 'working', attempts: (before?.attempts ?? 0) + 1 },
      ...{ startedAt: before?.startedAt ?? since, waitedMs: before?.waitedMs ?? 0, errors: before?.errors ?? [] },
      workedMs: (before?.workedMs ?? 0) + Math.max(0, to - start),
      spans: [...(before?.spans ?? []), span('worked', start, to)],
    };
  });
  const isAtWork = ({ n, slug }: TimelineStep): boolean => working.some((step) => step.n === n && step.slug === slug);
  return [...ended.filter((step) => !isAtWork(step)), ...working];
}

function outcomeOf(attempts: StepRecord['attempts'], { isOpen }: { isOpen: boolean }): TimelineStep['outcome'] {
  if (attempts.at(-1)?.outcome === 'completed') {
    return attempts.some(({ outcome }) => outcome === 'failed') ? 'retried' : 'completed';
  }
  return isOpen && isTriedAgain(attempts) ? 'again' : 'failed';
}

/** What is out of reach for now is tried again, and so is what nobody expected; all else ends the step at once. */
function isTriedAgain(attempts: StepRecord['attempts']): boolean {
  const last = attempts.at(-1);
  if (last === undefined || last.attempt >= stepRetries) return false;
  return last.error?.name === 'UnavailableError' || last.error?.code === 'unexpected';
}
