import type { Connection } from '#lib/config/config.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { classifyError } from '#lib/postgres/classify-error.ts';
import { withSession } from '#lib/postgres/connect.ts';
import { quoteLiteral } from '#lib/postgres/quote.ts';
import type { Session } from '#lib/postgres/session.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { reportProgress } from '#lib/runs/progress-reporter.ts';
import { applyOnce } from './ledger.ts';
import type { RestoreStatement } from './restore-plan.ts';

/** Memory for index builds: PostgreSQL's default of 64 MB sorts large indexes on disk. */
const maintenanceWorkMem = '256MB';

/**
 * Runs groups of statements one by one until the time budget is used; answers where the next step begins.
 * Safe to run twice, and twice at once: each statement commits together with its ledger row.
 * @throws a classified error that names the object; RefusedError where an older target does not know the statement.
 */
export async function applyGroups(
  step: { runId: string; lane: string; phase: string; from: number },
  options: {
    groups: readonly (readonly RestoreStatement[])[];
    target: Connection;
    repository: Repository;
    budgetMs: number;
    /** Set where the target is of a lower major version than the source. */
    lowerTarget?: string | undefined;
  },
): Promise<{ next: number }> {
  const { groups } = options;
  const deadline = Date.now() + options.budgetMs;
  const progress = reportProgress(options.repository, step.runId, {
    lane: step.lane,
    phase: step.phase,
    rows: 0,
    bytes: 0,
    items: step.from,
    totalBytes: 0,
    totalItems: groups.length,
  });
  let next = step.from;
  await withSession(options.target, async (session) => {
    await session.query(`set synchronous_commit = on; set maintenance_work_mem = ${quoteLiteral(maintenanceWorkMem)}`);
    while (next < groups.length) {
      for (const statement of groups[next] ?? []) {
        await applyStatement(session, { runId: step.runId, statement, lowerTarget: options.lowerTarget });
      }
      progress.add({ items: 1 });
      next++;
      if (Date.now() >= deadline) break;
    }
  });
  await progress.flush();
  return { next };
}

async function applyStatement(
  session: Session,
  { runId, statement, lowerTarget }: { runId: string; statement: RestoreStatement; lowerTarget?: string | undefined },
): Promise<void> {
  try {
    await applyOnce(session, { runId, item: statement.item }, async () => {
      await session.query(statement.sql);
    });
  } catch (cause) {
    throw explain(cause, statement, lowerTarget);
  }
}

/** Statements of one transaction: all that it makes stays locked until its end, and a server's lock table is small. */
const preDataBatch = 250;

/** Pre-data in a few transactions, one after the other, each with its ledger row. Safe to run twice. */
export async function applyPreData(
  target: Connection,
  options: { runId: string; statements: readonly RestoreStatement[]; lowerTarget?: string | undefined },
): Promise<void> {
  const { runId, statements, lowerTarget } = options;
  await withSession(target, async (session) => {
    for (let start = 0; start < statements.length; start += preDataBatch) {
      await applyOnce(session, { runId, item: `pre-data/${start}` }, async () => {
        for (const statement of statements.slice(start, start + preDataBatch)) {
          try {
            await session.query(statement.sql);
          } catch (cause) {
            throw explain(cause, statement, lowerTarget);
          }
        }
      });
    }
  });
}

function explain(cause: unknown, statement: RestoreStatement, lowerTarget: string | undefined): Error {
  const error = classifyError(cause, statement.object);
  if (lowerTarget === undefined || error.retryable) return error;
  return new RefusedError(`${error.message}; ${lowerTarget}`, {
    code: 'target_too_old',
    hint: 'Restore into a server of the source’s major version or newer.',
    cause,
  });
}
