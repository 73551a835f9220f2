import { recordError } from '#inngest/carried-error.ts';
import { joinLanes, workOff } from '#inngest/lane.ts';
import { RecordedFailure } from '#inngest/recorded-failure.ts';
import type { RunSteps } from '#inngest/run-step.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { readManifest } from '#lib/manifest/manifest-store.ts';
import { canDoWithout } from '#lib/recovery/differences/can-do-without.ts';
import { compareSideTables } from '#lib/recovery/differences/compare-side-tables.ts';
import { reportDifferences } from '#lib/recovery/differences/report-differences.ts';
import { type DifferencesSummary, summarizeDifferences } from '#lib/recovery/differences/summarize-differences.ts';
import { readRecoveryPlan } from '#lib/recovery/recovery-plan.ts';
import type { RecordedError } from '#lib/runs/run-record.ts';
import type { Recovery } from './build-side-tables.ts';

/** What a comparison has come to. */
export interface Compared {
  /** `null` where there is no report. */
  differences: DifferencesSummary | null;
  /** What has ended it before its end. */
  failure: RecordedError | null;
}

/**
 * Compares the proven side tables with the live ones and keeps the report; answers its numbers. Its failure is an
 * answer: the tables are recovered whether the live ones can be read or not. @throws RecordedFailure where they are not
 * there any more, and of a fault of ours.
 */
export async function compareWithLive(
  { steps }: { steps: RunSteps },
  { run, request, backup }: Recovery,
): Promise<Compared> {
  const compareAll = async (): Promise<void> => {
    const tables = await steps.run('plan-comparison', async ({ repository }) => {
      // Safe to run twice: reads only.
      const plan = await readRecoveryPlan(repository, run.id);
      return plan.tables.length;
    });
    await joinLanes([
      workOff(tables, (from) =>
        steps.run(`compare-${from}`, async ({ config, repository }) => {
          const plan = await readRecoveryPlan(repository, run.id);
          const target = findConnection(config, request.to);
          const { stepBudgetMs: budgetMs, lockTimeoutMs } = config;
          return compareSideTables({ runId: run.id, from }, { plan, target, repository, budgetMs, lockTimeoutMs });
        }),
      ),
    ]);
  };
  const failure = await compareAll().then(() => null, answerFailure);

  return steps
    .run('report', async ({ repository }) => {
      const plan = await readRecoveryPlan(repository, run.id);
      const manifest = await readManifest(repository, backup);
      const about = { plan, manifest, target: request.to, repository };
      // People's keys stay in the report: what a step answers is kept by the engine.
      return summarizeDifferences(await reportDifferences(run.id, about));
    })
    .then(
      (differences): Compared => ({ differences, failure }),
      (cause: unknown): Compared => {
        const unreported = answerFailure(cause);
        return { differences: null, failure: failure ?? unreported };
      },
    );
}

function answerFailure(cause: unknown): RecordedError {
  const error = recordError(cause);
  if (canDoWithout(error)) return error;
  throw new RecordedFailure(error);
}
