import { readCatalog } from '#lib/catalog/read-catalog.ts';
import type { Connection } from '#lib/config/config.ts';
import { planLanes, planPieces } from '#lib/pieces/plan-pieces.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { writeBackupPlan } from './plan-store.ts';
import type { Snapshot } from './snapshot.ts';
import { withSnapshotSession } from './snapshot-session.ts';

/**
 * Reads the catalogue in the snapshot, plans what to read in which pieces by which lane, and keeps the plan in the run's
 * folder; answers the number of pieces of each lane. Safe to run twice: the snapshot gives the same plan again.
 */
export async function planBackup(
  run: { runId: string; epoch: number },
  options: {
    connection: Connection;
    snapshot: Snapshot;
    lockTimeoutMs: number;
    major: number;
    lanes: number;
    repository: Repository;
  },
): Promise<number[]> {
  const { major, connection, repository } = options;
  const catalog = await withSnapshotSession(options, (session) =>
    readCatalog(session, { major, excludeSchemas: connection.excludeSchemas }),
  );
  const pieces = planPieces(catalog.sources);
  const planned = { catalog, pieces, lanes: planLanes(pieces, options.lanes) };
  const { lanes } = await writeBackupPlan(repository, run, planned);
  return lanes.map((lane) => lane.length);
}
