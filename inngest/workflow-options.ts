import type { InngestFunction } from 'inngest';
import { stepRetries } from '#lib/runs/step-retries.ts';
import { runCancelled } from './events.ts';
import { closeAfterFailure } from './on-failure.ts';

type Options = InngestFunction.Options;

/** What all functions share: a step that fails is tried some times more, and what hangs ends after a week. */
export const laneOptions = { retries: stepRetries, timeouts: { finish: '7d' } } as const satisfies Partial<Options>;

/** What all workflows share: one run for an event, ended by the cancellation of that event, and a net under a failure. */
export const workflowOptions = {
  ...laneOptions,
  idempotency: 'event.id',
  cancelOn: [{ event: runCancelled.name, if: 'async.data.eventId == event.id' }],
  onFailure: closeAfterFailure,
} satisfies Partial<Options>;
