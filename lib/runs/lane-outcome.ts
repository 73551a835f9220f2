import { z } from 'zod';
import { recordedErrorSchema } from './run-record.ts';

/**
 * What a lane answers to the workflow that invoked it. A failure is a value: an error thrown across an invocation loses
 * its code and its hint.
 */
export const laneOutcomeSchema = z.union([
  z.strictObject({ ok: z.literal(true) }),
  z.strictObject({ ok: z.literal(false), error: recordedErrorSchema }),
]);
export type LaneOutcome = z.infer<typeof laneOutcomeSchema>;
