import type { RunRecord } from '#lib/runs/run-record.ts';
import { type Identity, isInScope } from './identity.ts';

/** The connections a run reads or changes. */
export function connectionsOfRun({ connection, target }: Pick<RunRecord, 'connection' | 'target'>): string[] {
  return [connection, target].filter((name) => name !== null);
}

/** Whether an identity may see a run; one that is about the whole service (a sweep) only without a scope. */
export function isRunInScope(identity: Identity, run: Pick<RunRecord, 'connection' | 'target'>): boolean {
  const connections = connectionsOfRun(run);
  return identity.scope === null || (connections.length > 0 && isInScope(identity, connections));
}
