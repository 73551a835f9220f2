import { z } from 'zod';
import { type RunResult, recordedErrorSchema, runRecordSchema, runStatuses } from '#lib/runs/run-record.ts';

const totalsSchema = z.object({ rows: z.string(), bytes: z.string(), stored: z.string(), newStored: z.string() });

/** What a list tells of a run that has ended: its result without its timeline and its evidence. */
export const finishedRunSchema = z.object({
  run: runRecordSchema,
  status: z.enum(runStatuses),
  exitCode: z.int(),
  completedAt: z.string(),
  durationMs: z.number(),
  error: recordedErrorSchema.nullable(),
  /** The backup it made, or was about. */
  backup: z.string().nullable(),
  /** Of a backup that completed; decimal strings. */
  totals: totalsSchema.nullable(),
});
export type FinishedRun = z.infer<typeof finishedRunSchema>;

const outcomeSchema = z.object({
  backup: z.string().optional().catch(undefined),
  totals: totalsSchema.optional().catch(undefined),
});

/** Pure. */
export function summarizeResult({ run, outcome, ...result }: RunResult): FinishedRun {
  const { status, exitCode, completedAt, durationMs, error } = result;
  const known = outcomeSchema.safeParse(outcome).data;
  return {
    ...{ run, status, exitCode, completedAt, durationMs, error },
    backup: known?.backup ?? run.backup,
    totals: (run.kind === 'backup' ? known?.totals : undefined) ?? null,
  };
}
