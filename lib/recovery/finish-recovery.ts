import type { Connection } from '#lib/config/config.ts';
import { withSession } from '#lib/postgres/connect.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { letGo } from '#lib/runs/kept-store.ts';
import { dropLedger } from './drop-side-schema.ts';

/** Removes the ledger: the side schema is the person's from here on, and nobody's to sweep. Safe to run twice. */
export async function finishRecovery(
  runId: string,
  { target, repository }: { target: Connection; repository: Repository },
): Promise<void> {
  await withSession(target, (session) => dropLedger(session, runId));
  await letGo(repository, { run: runId, what: 'side-schema' });
}
