import type { JournalRecord, Memo, PendingStep, RunState } from './journal-record.ts';
import { openRuns, type PlanContext, planEnd } from './plan-run.ts';

/** What is due, and when to look again (epoch milliseconds; Infinity where nothing waits for a time). */
export interface DueWork {
  records: JournalRecord[];
  wakeAt: number;
}

/** What time alone changes: sleeps that are over, waits and invocations that timed out, runs out of their time. */
export function planDue(context: PlanContext): DueWork {
  const { state, now } = context;
  const work: DueWork = { records: [], wakeAt: Number.POSITIVE_INFINITY };
  const isDue = (at: number): boolean => {
    if (at > now) work.wakeAt = Math.min(work.wakeAt, at);
    return at <= now;
  };
  for (const run of openRuns(state)) {
    const timeout = deadlines(context, run).find(({ at }) => isDue(at));
    if (timeout !== undefined) {
      work.records.push(...planEnd(context, run, { status: 'cancelled', reason: timeout.reason }));
      continue;
    }
    for (const step of Object.values(run.pending)) {
      if (step.due === undefined || !isDue(step.due)) continue;
      work.records.push({ t: 'memo', run: run.id, step: step.id, memo: timedOut(step) });
    }
    // A retry that is due is no change of state, only a call that becomes ready.
    for (const retry of Object.values(run.retries)) isDue(retry.at);
  }
  return work;
}

function deadlines({ functions }: PlanContext, run: RunState): { at: number; reason: string }[] {
  const fn = functions.get(run.fn);
  if (fn?.startWithinMs !== undefined && run.startedAt === undefined) {
    return [{ at: run.createdAt + fn.startWithinMs, reason: 'timeouts.start has passed' }];
  }
  if (fn?.finishWithinMs !== undefined && run.startedAt !== undefined) {
    return [{ at: run.startedAt + fn.finishWithinMs, reason: 'timeouts.finish has passed' }];
  }
  return [];
}

function timedOut(step: PendingStep): Memo {
  if (step.op !== 'InvokeFunction') return { data: null };
  return { error: { name: 'InvokeTimeoutError', message: `${step.name} timed out` } };
}
