import { DamagedError } from '#lib/errors/damaged-error.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { type BackupKey, readOutline } from '#lib/manifest/manifest-store.ts';
import type { KnownOutline } from '#lib/manifest/outline.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { listKeptStandings } from '#lib/standing/kept-standings.ts';
import { listStandings, type Standing } from '#lib/standing/list-standings.ts';
import { nameBackup, readOutlines, readOutlinesAnew } from '#lib/summaries/backup-summaries.ts';
import type { FoundSummary } from '#lib/summaries/summary-kind.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { findInUse } from './find-in-use.ts';
import { newestWhole, type PlannedBackup, planRetention } from './plan-retention.ts';

interface PlanOptions {
  connection?: string | undefined;
  now: Date;
  labelsOf?: ReadonlySet<string>;
  byIndex?: boolean;
}

/**
 * Decides for every backup, of one connection or of all, whether it stays. What no rule keeps is read, for its label; one
 * that cannot be read stays. `labelsOf`: only these are read. Where something would go, the newest whole backup of its
 * connection is opened first: one that nobody has looked at yet takes no readable one's place. Reads only.
 * `byIndex`, for who looks and removes nothing: older backups as they were some minutes ago, labels by the index.
 * @throws StorageError, UnavailableError.
 */
export async function planPrune(
  workspace: Workspace,
  { connection, now, labelsOf, byIndex }: PlanOptions,
): Promise<PlannedBackup[]> {
  const { config, repository } = workspace;
  const standings = await (byIndex ? listKeptStandings : listStandings)(repository, connection);
  const { backups: inUse } = await findInUse(workspace, standings, now);
  const unreadable = new Set<string>();
  const plan = (labels: ReadonlyMap<string, string>): PlannedBackup[] =>
    [...Map.groupBy(standings, (standing) => standing.connection)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([name, own]) =>
        planRetention(own, { rules: config.retention.of(name), now, inUse, labels, unreadable }),
      );
  const readable = new Set<string>();
  let unlabelled = plan(new Map());
  for (let before = -1; before < unreadable.size; ) {
    before = unreadable.size;
    for (const backup of reliedOn(unlabelled)) {
      if (readable.has(backup.backupId)) continue;
      if (await isReadable(repository, backup)) readable.add(backup.backupId);
      else unreadable.add(backup.backupId);
    }
    if (before < unreadable.size) unlabelled = plan(new Map());
  }
  const goes = new Set(unlabelled.flatMap(({ keptBy, backupId }) => (keptBy.length === 0 ? [backupId] : [])));
  const candidates = standings.filter(({ backupId }) => goes.has(backupId) && labelsOf?.has(backupId) !== false);
  if (candidates.length === 0) return unlabelled;
  return plan(await readLabels(repository, candidates, { byIndex: byIndex === true }));
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

async function readLabels(
  repository: Repository,
  backups: readonly Standing[],
  { byIndex }: { byIndex: boolean },
): Promise<Map<string, string>> {
  const outlines = await (byIndex ? readOutlines : readOutlinesAnew)(repository, backups);
  const labels = new Map<string, string>();
  for (const backup of backups) {
    const found = outlines.get(nameBackup(backup));
    const label = found && labelOf(found);
    if (typeof label === 'string') labels.set(backup.backupId, label);
  }
  return labels;
}

function labelOf(found: FoundSummary<KnownOutline>): string | null {
  if (found.is === 'known') return isOwnLabel(found.summary.label) ? null : found.summary.label;
  const cause = found.is === 'unreadable' ? found.cause : undefined;
  return `unknown: ${cause instanceof HoldfastError ? cause.code : 'gone'}`;
}

/** What Holdfast writes itself, of a transfer and before a restore in place, is no wish of a person. */
function isOwnLabel(label: string | null): boolean {
  return label !== null && /^(transfer|before) \d{8}T\d{6}Z-[0-9a-z]+$/.test(label);
}
