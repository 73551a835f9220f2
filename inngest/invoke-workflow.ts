import { type Context, referenceFunction } from 'inngest';
import { findChild } from '#lib/runs/children-store.ts';
import type { RunKind, RunResult } from '#lib/runs/run-record.ts';
import { readResult } from '#lib/runs/run-store.ts';
import type { RunSteps } from './run-step.ts';

/** How a run that was a step of another one ended; `null` result: it never began, or nobody closed it. */
export type InvokedEnding = Pick<RunResult, 'status' | 'exitCode' | 'outcome' | 'error'> & {
  run: string | null;
  backup: string | null;
};

/**
 * Runs another workflow as one step and answers how it ended, well or not. By reference: a workflow knows no other
 * workflow's code.
 */
export async function invokeWorkflow(
  { steps, step }: { steps: RunSteps; step: Context.Any['step'] },
  { kind, slug, data }: { kind: RunKind; slug: string; data: object },
): Promise<InvokedEnding> {
  const parent = { run: steps.runId, step: slug };
  const invoked = { ...data, parent: `${parent.run}/${parent.step}` };
  const failure: unknown = await step
    .invoke(slug, { function: referenceFunction({ functionId: kind }), data: invoked })
    .then(
      () => undefined,
      // What went wrong stands in the run's own result, with its code and hint.
      (cause: unknown) => cause,
    );
  return steps.run(`${slug}-ended`, async ({ repository }): Promise<InvokedEnding> => {
    // Safe to run twice: reads only.
    const run = await findChild(repository, parent);
    const result = run === undefined ? undefined : await readResult(repository, run);
    if (run !== undefined && result !== undefined) {
      const { status, exitCode, outcome, error } = result;
      return { run, backup: result.run.backup, status, exitCode, outcome, error };
    }
    throw failure ?? new Error(`The ${kind} of step ${slug} left no result.`);
  });
}
