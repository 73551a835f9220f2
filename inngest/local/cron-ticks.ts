import { nextCronTick } from '#lib/config/next-cron-tick.ts';
import type { JournalRecord } from './journal-record.ts';
import type { LocalFunction } from './local-function.ts';
import type { DueWork } from './plan-due.ts';
import { type PlanContext, planEvent, planStart } from './plan-run.ts';

/**
 * The cron triggers of the functions and when each ticks next. Ticks missed while no runner was open are not made up
 * for, as with Inngest; one missed while the machine slept runs when it wakes.
 */
export class CronTicks {
  readonly #crons: { fn: LocalFunction; expression: string; at: number }[];

  constructor(functions: Iterable<LocalFunction>, now: number) {
    this.#crons = [...functions].flatMap((fn) =>
      fn.crons.map((expression) => ({ fn, expression, at: tickAfter(expression, now) })),
    );
  }

  /** The runs that ticks until now start, and when to look again. */
  take(context: PlanContext): DueWork {
    const records: JournalRecord[] = [];
    for (const cron of this.#crons) {
      if (cron.at > context.now) continue;
      // The id is the tick's, so a clock that is set back does not repeat it.
      const id = `cron ${cron.fn.id} ${cron.expression} ${new Date(cron.at).toISOString()}`;
      const event = { id, name: 'inngest/scheduled.timer', ts: cron.at, data: { cron: cron.expression } };
      const first = planEvent(context, event);
      if (first.length > 0) records.push(...first, ...planStart(context, { fn: cron.fn, event }));
      cron.at = tickAfter(cron.expression, context.now);
    }
    return { records, wakeAt: Math.min(...this.#crons.map((cron) => cron.at)) };
  }
}

function tickAfter(expression: string, after: number): number {
  return nextCronTick(expression, after) ?? Number.POSITIVE_INFINITY;
}
