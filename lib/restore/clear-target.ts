import type { Connection } from '#lib/config/config.ts';
import { classifyError } from '#lib/postgres/classify-error.ts';
import { withSession } from '#lib/postgres/connect.ts';
import { clearConfigTables, dropEverything } from './empty-target.ts';
import { createLedger } from './ledger.ts';
import type { EmptyState } from './restore-state.ts';

/**
 * Takes everything of people's out of a database that a restore is about to replace in place; extensions, roles and
 * settings stay. The ledger comes first: from then on the database is known as the run's. Safe to run twice: what is
 * gone already is not dropped again. @throws RefusedError where another restore holds it, else a classified error.
 */
export async function clearTarget(
  target: Connection,
  { runId, before }: { runId: string; before: EmptyState },
): Promise<void> {
  try {
    await withSession(target, async (session) => {
      await createLedger(session, { runId, requireEmpty: async () => undefined });
      await dropEverything(session, before);
      await clearConfigTables(session);
    });
  } catch (cause) {
    throw classifyError(cause, `connection ${target.name}`);
  }
}
