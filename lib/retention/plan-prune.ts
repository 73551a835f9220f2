import { DamagedError } from '#lib/errors/damaged-error.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { readOutline } from '#lib/manifest/manifest-store.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { listStandings, type Standing } from '#lib/standing/list-standings.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { findInUse } from './find-in-use.ts';
import { forEachAtOnce } from './for-each-at-once.ts';
import { type PlannedBackup, planRetention } from './plan-retention.ts';

/**
 * Decides for every backup, of one connection or of all, whether it stays. Only what no rule keeps is read, for its
 * label; one that cannot be read stays. `labelsOf`: only these are read. Reads only.
 * @throws StorageError, UnavailableError.
 */
export async function planPrune(
  workspace: Workspace,
  { connection, now, labelsOf }: { connection?: string | undefined; now: Date; labelsOf?: ReadonlySet<string> },
): Promise<PlannedBackup[]> {
  const { config, repository } = workspace;
  const standings = await listStandings(repository, connection);
  const { backups: inUse } = await findInUse(workspace, standings, now);
  const plan = (labels: ReadonlyMap<string, string>): PlannedBackup[] =>
    [...Map.groupBy(standings, (standing) => standing.connection)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([name, own]) => planRetention(own, { rules: config.retention.of(name), now, inUse, labels }));
  const goes = new Set(plan(new Map()).flatMap(({ keptBy, backupId }) => (keptBy.length === 0 ? [backupId] : [])));
  const candidates = standings.filter(({ backupId }) => goes.has(backupId) && labelsOf?.has(backupId) !== false);
  return candidates.length === 0 ? plan(new Map()) : plan(await readLabels(repository, candidates));
}

async function readLabels(repository: Repository, backups: readonly Standing[]): Promise<Map<string, string>> {
  const labels = new Map<string, string>();
  await forEachAtOnce(backups, async (backup) => {
    try {
      const { label } = await readOutline(repository, backup);
      if (label !== null && !isOwnLabel(label)) labels.set(backup.backupId, label);
    } catch (cause) {
      if (!(cause instanceof DamagedError || cause instanceof RefusedError)) throw cause;
      labels.set(backup.backupId, `unknown: ${cause.code}`);
    }
  });
  return labels;
}

/** What Holdfast writes itself, of a transfer and before a restore in place, is no wish of a person. */
function isOwnLabel(label: string): boolean {
  return /^(transfer|before) \d{8}T\d{6}Z-[0-9a-z]+$/.test(label);
}
