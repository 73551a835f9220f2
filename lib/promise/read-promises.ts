import type { Schedule } from '#lib/config/config.ts';
import { nextCronTick } from '#lib/config/next-cron-tick.ts';
import { bareCare } from '#lib/config/resolve-care.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import { listKeptStandings } from '#lib/standing/kept-standings.ts';
import type { Standing } from '#lib/standing/list-standings.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { findLastGood, type GradedBackup, gradeBackup } from './grade-backup.ts';
import { judgePromise, type Verdict } from './judge-promise.ts';
import { listLooks } from './last-check.ts';
import { readRecovery } from './read-recovery.ts';
import { type FailedRun, type OpenRun, readRuns } from './read-runs.ts';

/** A backup and its age in milliseconds. */
interface DatedBackup {
  id: string;
  at: string;
  ageMs: number;
}

/** A look at a backup that passed: `at` and `ageMs` are the look's own. */
interface LastLook {
  backup: string;
  run: string;
  at: string;
  ageMs: number;
}

/** How a connection stands against what is promised of it. Times are ISO, spans milliseconds. */
export interface ConnectionPromise extends Verdict {
  connection: string;
  /** `false`: the repository holds backups of it, and no config or variable here names it. */
  isNamed: boolean;
  rpoMs: number | null;
  rtoMs: number | null;
  backups: number;
  /** The newest committed one, good or not. */
  lastBackup: DatedBackup | null;
  /** The newest that was not found bad and is not dated ahead: what `rpo` is held against. */
  lastGood: DatedBackup | null;
  lastVerified: LastLook | null;
  lastProven: LastLook | null;
  /** What the last drill that measured one took, from its start to the proven copy. */
  recoveryMs: number | null;
  running: OpenRun[];
  /** The newest of the last eight days, parts of other runs left out. */
  lastFailure: FailedRun | null;
  /** The next tick of each schedule, before jitter. */
  next: { kind: Schedule['kind']; at: string }[];
}

/** Where promises are read from, and for whom. */
interface PromisePlace extends Workspace {
  /**
   * Whether who looks may see a run; not given, he may see all. A run lies under each of its connections, and tells of
   * the other one too.
   */
  isVisible?: (run: RunRecord) => boolean;
}

/**
 * How every connection stands that is named or has backups, by name. One listing of the backups, one a day of the last
 * runs; read are only open runs, the last failed ones, and one check for each measured recovery time. A damaged one of
 * these is a note: it takes nothing else away. @throws StorageError, UnavailableError.
 */
export async function readPromises(
  { config, repository, isVisible }: PromisePlace,
  now: Date,
): Promise<ConnectionPromise[]> {
  const [standings, runs] = await Promise.all([
    listKeptStandings(repository),
    readRuns(repository, { now, deadAfterMs: config.deadAfterMs }),
  ]);
  const byConnection = Map.groupBy(standings, ({ connection }) => connection);
  const visible = <T extends { about: RunRecord }>(found: T[]): T[] =>
    found.filter(({ about }) => isVisible?.(about) !== false);
  const [open, failed] = [visible(runs.open), visible(runs.failed)];
  // Whose the damaged ones are, nobody knows.
  const unreadable = isVisible === undefined ? runs.unreadable : [];
  const names = [...new Set([...config.care.keys(), ...byConnection.keys()])].sort();
  return Promise.all(
    names.map(async (connection): Promise<ConnectionPromise> => {
      const own = byConnection.get(connection) ?? [];
      const care = config.care.get(connection) ?? bareCare;
      const { recoveryMs, unreadable: unreadableChecks } = await readRecovery(repository, { standings: own, now });
      const { notes, ...verdict } = judgePromise({ care, standings: own, recoveryMs, now });
      return {
        connection,
        isNamed: config.care.has(connection),
        rpoMs: care.rpoMs,
        rtoMs: care.rtoMs,
        ...verdict,
        notes: [
          ...notes,
          ...unreadableChecks.map((run) => `What run ${run} has measured cannot be read: its check is damaged.`),
          ...unreadable.map((run) => `The record of run ${run} is damaged, whatever connection it is about.`),
        ],
        ...describeBackups(own, now),
        recoveryMs,
        running: open.flatMap(({ about, run }) => (isAbout(about, connection) ? [run] : [])),
        lastFailure: failed.find(({ about }) => isAbout(about, connection))?.run ?? null,
        next: care.schedules.flatMap(({ kind, cron }) => {
          const at = nextCronTick(cron, now.getTime());
          return at === undefined ? [] : [{ kind, at: new Date(at).toISOString() }];
        }),
      };
    }),
  );
}

function isAbout({ connection, target }: RunRecord, name: string): boolean {
  return connection === name || target === name;
}

function describeBackups(
  standings: readonly Standing[],
  now: Date,
): Pick<ConnectionPromise, 'backups' | 'lastBackup' | 'lastGood' | 'lastVerified' | 'lastProven'> {
  const [newest] = standings;
  const dated = (backup: GradedBackup | undefined): DatedBackup | null =>
    backup ? { id: backup.id, at: backup.at, ageMs: backup.ageMs } : null;
  return {
    backups: standings.length,
    lastBackup: dated(newest && gradeBackup(newest, now)),
    lastGood: dated(findLastGood(standings, now)),
    lastVerified: describeLook(standings, 'verify', now),
    lastProven: describeLook(standings, 'proof', now),
  };
}

function describeLook(standings: readonly Standing[], kind: 'verify' | 'proof', now: Date): LastLook | null {
  const look = listLooks(standings, { kind, now }).find(({ check }) => check.passed);
  if (look === undefined) return null;
  const { standing, check } = look;
  const { at } = check;
  const ageMs = Math.max(0, now.getTime() - at.getTime());
  return { backup: standing.backupId, run: check.run, at: at.toISOString(), ageMs };
}
