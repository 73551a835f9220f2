import type { RunKind, RunRecord } from '#lib/runs/run-record.ts';
import { type Identity, isInScope } from './identity.ts';

type ScopedRun = Pick<RunRecord, 'kind' | 'connection' | 'target'>;

/** The kinds that read a backup. Of one that names no connection nobody knows whose it is. */
const readers: ReadonlySet<RunKind> = new Set(['restore', 'recover', 'verify']);

/** The connections a run reads or changes. */
export function connectionsOfRun({ connection, target }: Pick<RunRecord, 'connection' | 'target'>): string[] {
  return [...new Set([connection, target].filter((name) => name !== null))];
}

/**
 * Whether an identity may see a run; one that is about the whole service (a sweep), or about the backup of nobody knows
 * which connection, only without a scope.
 */
export function isRunInScope(identity: Identity, run: ScopedRun): boolean {
  if (identity.scope === null) return true;
  if (run.connection === null && readers.has(run.kind)) return false;
  const connections = connectionsOfRun(run);
  return connections.length > 0 && isInScope(identity, connections);
}
