import type { Connection } from '#lib/config/config.ts';
import { DatabaseError } from '#lib/errors/database-error.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import type { Manifest } from '#lib/manifest/manifest.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { type LoadStep, loadChunks } from '#lib/restore/load-chunks.ts';
import type { RecoveryPlan } from './recovery-plan.ts';
import { manifestToLoad } from './side-tables.ts';

/**
 * Loads chunks of one lane into the side tables until the time budget is used; answers where the next step begins. Safe
 * to run twice, and twice at once: each chunk commits together with its ledger row.
 * @throws RefusedError where rows do not fit a live type; else what `loadChunks` throws.
 */
export async function loadSideTables(
  step: LoadStep,
  options: { plan: RecoveryPlan; manifest: Manifest; target: Connection; repository: Repository; budgetMs: number },
): Promise<{ next: number }> {
  const { plan, manifest, ...rest } = options;
  try {
    const items = plan.rows[step.lane] ?? [];
    return await loadChunks(step, { ...rest, items, manifest: manifestToLoad(manifest, plan) });
  } catch (cause) {
    throw explainMisfit(cause);
  }
}

/** PostgreSQL's message of classes 22 and 23 quotes the value that does not fit: people's data stays out of records. */
function explainMisfit(cause: unknown): unknown {
  const [, sqlstate] = (cause instanceof DatabaseError && /^sqlstate_(2[23]...)$/.exec(cause.code)) || [];
  if (!(cause instanceof DatabaseError) || sqlstate === undefined) return cause;
  const table = cause.message.split(': ')[0];
  return new RefusedError(
    `${table}: its rows do not fit a type as the live database has it now (SQLSTATE ${sqlstate.toUpperCase()}).`,
    {
      code: 'rows_do_not_fit',
      hint: 'An enum, domain or composite type has changed since the backup: restore the whole backup into a database of its own.',
    },
  );
}
