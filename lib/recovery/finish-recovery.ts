import type { Connection } from '#lib/config/config.ts';
import { withSession } from '#lib/postgres/connect.ts';
import { dropLedger } from './drop-side-schema.ts';

/** Removes the ledger: the side schema is the person's from here on. Safe to run twice. */
export async function finishRecovery(target: Connection, runId: string): Promise<void> {
  await withSession(target, (session) => dropLedger(session, runId));
}
