import type { Context } from 'inngest';
import type { Config } from '#lib/config/config.ts';
import { loadConfig } from '#lib/config/load-config.ts';
import { maskSecrets } from '#lib/postgres/mask-url.ts';
import { deriveRunId } from '#lib/runs/run-id.ts';
import { recordAttempt } from '#lib/runs/run-store.ts';
import { withStepAtWork } from '#lib/runs/step-at-work.ts';
import { openWorkspace, type Workspace } from '#lib/workspace/open-workspace.ts';
import { carryError, recordError } from './carried-error.ts';

/** The durable steps of one function run, numbered in the order of the function's text. */
export interface RunSteps {
  runId: string;
  /**
   * Runs `body` as a durable step named `slug` and writes its attempts into the run's record. The result must be small
   * JSON; on a replay it comes from the memo. A HoldfastError becomes NonRetriableError or RetryAfterError here and
   * nowhere else.
   */
  run<T>(slug: string, body: (workspace: Workspace) => Promise<T>): Promise<T>;
  /** The number a lane prefixes its own steps with. */
  nextNumber(): string;
}

type StepContext = Pick<Context.Any, 'step' | 'attempt' | 'runId'> & { event: { ts?: number | undefined } };

/** Steps of a workflow's own function. */
export function workflowSteps(context: StepContext): RunSteps {
  return createSteps(context, { runId: deriveRunId(context.event.ts ?? 0, context.runId), prefix: '' });
}

/** Steps of a lane: they belong to the run that invoked it, under the number of the invoking step. */
export function laneSteps(context: StepContext, run: { runId: string; number: string }): RunSteps {
  return createSteps(context, { runId: run.runId, prefix: `${run.number}.` });
}

/** Steps of a function that is no run of its own: nothing is written of them. */
export function plainSteps({ step, attempt }: StepContext): Pick<RunSteps, 'run'> {
  return {
    async run<T>(slug: string, body: (workspace: Workspace) => Promise<T>): Promise<T> {
      const memo: unknown = await step.run(slug, async () => {
        const workspace = await openForStep(attempt);
        try {
          return await body(workspace);
        } catch (cause) {
          throw carryError(maskError(cause, workspace), { attempt, firstDelayMs: workspace.config.retryDelayMs });
        }
      });
      // As below: the memo is what `body` returned, as JSON.
      return memo as T;
    },
  };
}

/** Durable steps that leave no record of their own. */
export interface BareSteps {
  /** As `run` of RunSteps; the body opens the repository itself, if it can. */
  run<T>(slug: string, body: (config: Config) => Promise<T>): Promise<T>;
}

/** Steps of a function that has to work although the repository does not: to tell people so. */
export function bareSteps({ step, attempt }: Pick<StepContext, 'step' | 'attempt'>): BareSteps {
  return {
    async run<T>(slug: string, body: (config: Config) => Promise<T>): Promise<T> {
      const memo: unknown = await step.run(slug, async () => {
        let firstDelayMs: number | undefined;
        try {
          const config = await loadConfig();
          firstDelayMs = config.retryDelayMs;
          return await body(config);
        } catch (cause) {
          throw carryError(cause, { attempt, ...(firstDelayMs === undefined ? {} : { firstDelayMs }) });
        }
      });
      // As above: the memo is what `body` returned, as JSON.
      return memo as T;
    },
  };
}

function createSteps({ step, attempt }: StepContext, run: { runId: string; prefix: string }): RunSteps {
  let count = 0;
  const nextNumber = (): string => `${run.prefix}${String(++count).padStart(run.prefix === '' ? 2 : 3, '0')}`;
  return {
    runId: run.runId,
    nextNumber,
    async run<T>(slug: string, body: (workspace: Workspace) => Promise<T>): Promise<T> {
      const n = nextNumber();
      const memo: unknown = await step.run(slug, async () => {
        const startedAt = new Date().toISOString();
        // Every kind of workflow may be the first to touch an empty repository: its record goes there.
        const workspace = await openForStep(attempt);
        const record = (error: unknown): Promise<void> =>
          recordAttempt(
            workspace.repository,
            { runId: run.runId, n, slug },
            {
              attempt,
              startedAt,
              endedAt: new Date().toISOString(),
              outcome: error === undefined ? 'completed' : 'failed',
              error: error === undefined ? null : recordError(maskError(error, workspace)),
            },
          );
        try {
          const result = await withStepAtWork({ n, slug, startedAt }, () => body(workspace));
          await record(undefined);
          return result;
        } catch (cause) {
          // A store that is out of reach fails the step already; its record can only try.
          await record(cause).catch(() => undefined);
          throw carryError(maskError(cause, workspace), { attempt, firstDelayMs: workspace.config.retryDelayMs });
        }
      });
      // The memo is what `body` returned, as JSON: the one place where its type is given back to it.
      return memo as T;
    },
  };
}

async function openForStep(attempt: number): Promise<Workspace> {
  try {
    return await openWorkspace({ create: true });
  } catch (cause) {
    throw carryError(cause, { attempt });
  }
}

/** Drivers print what they were given: whatever an error says, no password of a connection leaves the step. */
function maskError(cause: unknown, { config }: Workspace): unknown {
  if (!(cause instanceof Error)) return cause;
  const secrets = [...config.connections.values()].map(({ url }) => url);
  if (config.neonApi.key !== null) secrets.push(config.neonApi.key);
  const masked = maskSecrets(cause.message, secrets);
  if (masked !== cause.message) cause.message = masked;
  return cause;
}
