import { DamagedError } from '#lib/errors/damaged-error.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { type BackupKey, readOutline } from '#lib/manifest/manifest-store.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { listStandings, type Standing } from '#lib/standing/list-standings.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { findInUse } from './find-in-use.ts';
import { forEachAtOnce } from './for-each-at-once.ts';
import { newestWhole, type PlannedBackup, planRetention } from './plan-retention.ts';

/**
 * Decides for every backup, of one connection or of all, whether it stays. What no rule keeps is read, for its label; one
 * that cannot be read stays. `labelsOf`: only these are read. Where something would go, the newest whole backup of its
 * connection is opened first: one that nobody has looked at yet takes no readable one's place. Reads only.
 * @throws StorageError, UnavailableError.
 */
export async function planPrune(
  workspace: Workspace,
  { connection, now, labelsOf }: { connection?: string | undefined; now: Date; labelsOf?: ReadonlySet<string> },
): Promise<PlannedBackup[]> {
  const { config, repository } = workspace;
  const standings = await listStandings(repository, connection);
  const { backups: inUse } = await findInUse(workspace, standings, now);
  const unreadable = new Set<string>();
  const plan = (labels: ReadonlyMap<string, string>): PlannedBackup[] =>
    [...Map.groupBy(standings, (standing) => standing.connection)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([name, own]) =>
        planRetention(own, { rules: config.retention.of(name), now, inUse, labels, unreadable }),
      );
  const readable = new Set<string>();
  for (let before = -1; before < unreadable.size; ) {
    before = unreadable.size;
    for (const backup of reliedOn(plan(new Map()))) {
      if (readable.has(backup.backupId)) continue;
      if (await isReadable(repository, backup)) readable.add(backup.backupId);
      else unreadable.add(backup.backupId);
    }
  }
  const goes = new Set(plan(new Map()).flatMap(({ keptBy, backupId }) => (keptBy.length === 0 ? [backupId] : [])));
  const candidates = standings.filter(({ backupId }) => goes.has(backupId) && labelsOf?.has(backupId) !== false);
  return candidates.length === 0 ? plan(new Map()) : plan(await readLabels(repository, candidates));
}

/** The newest whole backups of connections that would lose others. */
function reliedOn(plan: readonly PlannedBackup[]): PlannedBackup[] {
  const losing = new Set(plan.filter(({ keptBy }) => keptBy.length === 0).map(({ connection }) => connection));
  return plan.filter(({ connection, keptBy }) => losing.has(connection) && keptBy.includes(newestWhole));
}

async function isReadable(repository: Repository, backup: BackupKey): Promise<boolean> {
  try {
    await readOutline(repository, backup);
    return true;
  } catch (cause) {
    if (!(cause instanceof DamagedError)) throw cause;
    return false;
  }
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
