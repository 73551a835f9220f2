import type { Connection } from '#lib/config/config.ts';
import { classifyError } from '#lib/postgres/classify-error.ts';
import { withSession } from '#lib/postgres/connect.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { reportProgress } from '#lib/runs/progress-reporter.ts';
import type { ProofPlan } from './plan-proof.ts';
import type { TableReading } from './proof.ts';
import { readPart } from './read-part.ts';

/**
 * Reads parts of the copy back until the time budget is used, always at least one, and answers what they hold and
 * where the next step begins. Changes nothing: safe to run twice. @throws a classified error that names the table.
 */
export async function readCopy(
  step: { runId: string; lane: number; from: number },
  options: { plan: ProofPlan; target: Connection; repository: Repository; budgetMs: number; totalBytes: number },
): Promise<{ next: number; readings: TableReading[] }> {
  const { plan } = options;
  const list = plan.lanes[step.lane] ?? [];
  const deadline = Date.now() + options.budgetMs;
  const progress = reportProgress(options.repository, step.runId, {
    lane: `proof-${step.lane}`,
    phase: 'proof',
    rows: 0,
    bytes: 0,
    items: step.from,
    totalBytes: Math.round(options.totalBytes / Math.max(1, plan.lanes.length)),
    totalItems: list.length,
  });
  const readings: TableReading[] = [];
  let next = step.from;
  await withSession(options.target, async (session) => {
    await session.query('begin transaction isolation level repeatable read, read only');
    while (next < list.length) {
      const part = list[next] ?? -1;
      const of = plan.parts[part];
      if (!of) break;
      try {
        const reading = await readPart(session, { part, of, level: plan.level });
        readings.push(reading);
        progress.add({ rows: Number(reading.rows), bytes: Number(reading.bytes), items: 1 });
      } catch (cause) {
        throw classifyError(cause, `table ${of.object}`);
      }
      next++;
      if (Date.now() >= deadline) break;
    }
  });
  await progress.flush();
  return { next, readings };
}
