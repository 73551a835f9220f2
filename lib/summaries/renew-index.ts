import type { Repository } from '#lib/repository/repository.ts';
import { listRunIds } from '#lib/runs/run-store.ts';
import { listStandings } from '#lib/standing/list-standings.ts';
import { backupSummaries, toWanted } from './backup-summaries.ts';
import { readAnew, readSummaries, segmentKey, toText } from './read-summaries.ts';
import { runSummaries } from './run-summaries.ts';
import { indexPrefix, readSegment, removeSegment, type StoredSegment, writeSegment } from './segment-store.ts';
import type { SummaryKind, WantedSummary } from './summary-kind.ts';

/** What the index holds now. `unwritten` are segments that the store did not take, or that a newer Holdfast wrote. */
export interface RenewedIndex {
  runs: number;
  backups: number;
  segments: number;
  unwritten: string[];
}

/**
 * Brings the index in line with the repository: adds what has ended or was committed since, drops what is gone. With
 * `anew` nothing of what is stored is believed, and everything is read again. Safe to run twice, and at once.
 * @throws StorageError, UnavailableError where runs or backups cannot be listed or read; RefusedError where the
 * repository is encrypted and no key is set.
 */
export async function renewIndex(repository: Repository, { anew }: { anew: boolean }): Promise<RenewedIndex> {
  // Who can read nothing would find that there is nothing to keep.
  repository.keys?.requireCurrent('The index');
  const runs = (await listRunIds(repository)).map((name) => ({ name, stamp: '' }));
  const backups = (await listStandings(repository)).map(toWanted);
  const ofRuns = await renewKind(repository, runSummaries, { wanted: runs, anew });
  const ofBackups = await renewKind(repository, backupSummaries, { wanted: backups, anew });
  return {
    ...{ runs: ofRuns.kept, backups: ofBackups.kept, segments: ofRuns.segments + ofBackups.segments },
    unwritten: [...ofRuns.unwritten, ...ofBackups.unwritten],
  };
}

async function renewKind<T>(
  repository: Repository,
  kind: SummaryKind<T>,
  { wanted, anew }: { wanted: readonly WantedSummary[]; anew: boolean },
): Promise<{ kept: number; segments: number; unwritten: string[] }> {
  const stored = await listSegments(repository, kind);
  const unwritten: string[] = [];
  let [kept, segments] = [0, 0];
  for (const [month, ofMonth] of Map.groupBy(wanted, ({ name }) => kind.monthOf(name))) {
    if (month === undefined) continue;
    const found = await (anew ? readAnew : readSummaries)(repository, kind, ofMonth);
    const texts = new Map(
      ofMonth.flatMap(({ name, stamp }): [string, string][] => {
        const one = found.get(name);
        return one?.is === 'known' && kind.isKept(one.summary) ? [[name, toText(stamp, one.summary)]] : [];
      }),
    );
    const key = segmentKey(kind, month);
    const isOpen = ofMonth.every(({ name }) => found.get(name)?.is === 'open');
    if (texts.size === 0 && isOpen && !isToStay(await readSegment(repository, key))) continue;
    stored.delete(key);
    // Of a month that cannot be read here, others may have stored what they could read.
    if (texts.size === 0) continue;
    if (await storeIfChanged(repository, key, texts)) {
      kept += texts.size;
      segments += 1;
    } else unwritten.push(key);
  }
  // Months of which nothing is left, or nothing that has ended.
  for (const key of stored) await removeSegment(repository, key);
  kind.shelf.clear(repository);
  return { kept, segments, unwritten };
}

async function listSegments(repository: Repository, { folder }: { folder: string }): Promise<Set<string>> {
  const keys = new Set<string>();
  for await (const { key } of repository.store.list(`${indexPrefix}${folder}/`)) keys.add(key);
  return keys;
}

/** Answers whether the segment says what it should. */
async function storeIfChanged(
  repository: Repository,
  key: string,
  texts: ReadonlyMap<string, string>,
): Promise<boolean> {
  const stored = await readSegment(repository, key);
  if (isToStay(stored)) return false;
  const isSame =
    stored.is === 'whole' &&
    stored.texts.size === texts.size &&
    [...texts].every(([name, text]) => stored.texts.get(name) === text);
  return isSame || writeSegment(repository, key, texts);
}

function isToStay(stored: StoredSegment): boolean {
  return stored.is === 'foreign' && stored.stays;
}
