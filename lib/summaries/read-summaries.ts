import { z } from 'zod';
import { DamagedError } from '#lib/errors/damaged-error.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { indexPrefix, readSegment, writeSegment } from './segment-store.ts';
import { inTurn, type ShelvedMonth, type ShelvedSummary } from './shelf.ts';
import type { FoundSummary, SummaryKind, WantedSummary } from './summary-kind.ts';

const readsAtOnce = 32;
/** So many that had to be read from the truth are worth the writing of a segment. */
const worthStoring = 32;
/** Where so many are missing, others may have stored them since; what runs now is in no segment. */
const worthLooking = 8;
const lookAgainMs = 30_000;
/** After a write that was refused, or met a segment of somebody else's, as long is none tried. */
const leaveAloneMs = 600_000;

/**
 * The summaries of what a listing has just found, by name: from the index where it has them, else from the truth; the
 * index is put right on the way. Which names there are is never asked of it, so that it can only be incomplete.
 * @throws StorageError, UnavailableError where the truth is out of reach; never for the index's own sake.
 */
export async function readSummaries<T>(
  repository: Repository,
  kind: SummaryKind<T>,
  wanted: readonly WantedSummary[],
): Promise<Map<string, FoundSummary<T>>> {
  const found = new Map<string, FoundSummary<T>>();
  const byMonth = Map.groupBy(wanted, ({ name }) => kind.monthOf(name));
  await Promise.all(
    [...byMonth].map(async ([month, ofMonth]) => {
      if (month === undefined) return readTruth(repository, kind, { wanted: ofMonth, found });
      const key = segmentKey(kind, month);
      const shelved = kind.shelf.take(repository, key);
      await inTurn(shelved, () => readMonth(repository, kind, { key, month: shelved, wanted: ofMonth, found }));
    }),
  );
  return found;
}

/** The same, of the truth alone. @throws StorageError, UnavailableError. */
export async function readAnew<T>(
  repository: Repository,
  kind: SummaryKind<T>,
  wanted: readonly WantedSummary[],
): Promise<Map<string, FoundSummary<T>>> {
  const found = new Map<string, FoundSummary<T>>();
  await readTruth(repository, kind, { wanted, found });
  return found;
}

/** `index/runs/202611.json` */
export function segmentKey(kind: Pick<SummaryKind<unknown>, 'folder'>, month: string): string {
  return `${indexPrefix}${kind.folder}/${month}.json`;
}

interface MonthWork<T> {
  key: string;
  month: ShelvedMonth<T>;
  wanted: readonly WantedSummary[];
  found: Map<string, FoundSummary<T>>;
}

async function readMonth<T>(
  repository: Repository,
  kind: SummaryKind<T>,
  { key, month, wanted, found }: MonthWork<T>,
): Promise<void> {
  let missing = takeKnown(kind, { month, wanted, found });
  if (missing.length === 0) return;
  const isOld = missing.length >= worthLooking && Date.now() - month.readAt > lookAgainMs;
  if (month.readAt === 0 || isOld) {
    await lookAtSegment(repository, key, month);
    missing = takeKnown(kind, { month, wanted: missing, found });
  }
  await readTruth(repository, kind, { wanted: missing, found });
  for (const { name, stamp } of missing) {
    const one = found.get(name);
    if (one?.is === 'known' && kind.isKept(one.summary)) keep(month, { name, stamp, summary: one.summary });
  }
  if (month.unstored.size >= worthStoring && Date.now() > month.leftAloneUntil)
    await storeMonth(repository, key, month);
}

/** Takes what the process knows; answers the rest. */
function takeKnown<T>(
  kind: SummaryKind<T>,
  { month, wanted, found }: Pick<MonthWork<T>, 'month' | 'wanted' | 'found'>,
): WantedSummary[] {
  return wanted.filter(({ name, stamp }) => {
    const shelved = month.summaries.get(name);
    const summary = shelved && parse(kind, shelved, stamp);
    if (summary !== undefined) found.set(name, { is: 'known', summary, wasRead: false });
    return summary === undefined;
  });
}

/** The summary, where it is of this stamp and of a form that this Holdfast knows. */
function parse<T>(kind: SummaryKind<T>, shelved: ShelvedSummary<T>, stamp: string): T | undefined {
  shelved.parsed ??= shelved.parsed === null ? null : parseText(kind, shelved.text);
  return shelved.parsed?.stamp === stamp ? shelved.parsed.summary : undefined;
}

function parseText<T>({ schema }: SummaryKind<T>, text: string): { stamp: string; summary: T } | null {
  try {
    const [stamp, summary] = pairSchema.parse(JSON.parse(text));
    return { stamp, summary: schema.parse(summary) };
  } catch {
    // Of another version: it is read from the truth, and stored anew with the next segment.
    return null;
  }
}

const pairSchema = z.tuple([z.string(), z.unknown()]);

async function lookAtSegment<T>(repository: Repository, key: string, month: ShelvedMonth<T>): Promise<void> {
  const stored = await readSegment(repository, key);
  month.readAt = Date.now();
  if (stored.is === 'foreign') month.leftAloneUntil = Date.now() + leaveAloneMs;
  // The index is lost: what this process knows of it is worth storing.
  if (stored.is === 'none') for (const name of month.summaries.keys()) month.unstored.add(name);
  if (stored.is === 'whole') mergeStored(month, stored.texts);
}

/** Leaves what is stored, and what this process has read itself, which is at least as new. */
function mergeStored<T>({ summaries, unstored }: ShelvedMonth<T>, texts: ReadonlyMap<string, string>): void {
  for (const name of summaries.keys()) if (!texts.has(name) && !unstored.has(name)) summaries.delete(name);
  for (const [name, text] of texts) {
    const known = summaries.get(name);
    if (known?.text === text) unstored.delete(name);
    else if (!unstored.has(name)) summaries.set(name, { text });
  }
}

function keep<T>(month: ShelvedMonth<T>, { name, stamp, summary }: WantedSummary & { summary: T }): void {
  month.summaries.set(name, { text: toText(stamp, summary), parsed: { stamp, summary } });
  month.unstored.add(name);
}

/** A summary as a segment has it. */
export function toText(stamp: string, summary: unknown): string {
  return JSON.stringify([stamp, summary]);
}

/** Looks first what others have stored since, so that only a write in the same moment can be lost. */
async function storeMonth<T>(repository: Repository, key: string, month: ShelvedMonth<T>): Promise<void> {
  await lookAtSegment(repository, key, month);
  if (Date.now() < month.leftAloneUntil || month.unstored.size === 0) return;
  const texts = new Map([...month.summaries].map(([name, { text }]) => [name, text]));
  if (await writeSegment(repository, key, texts)) month.unstored.clear();
  else month.leftAloneUntil = Date.now() + leaveAloneMs;
}

async function readTruth<T>(
  repository: Repository,
  kind: SummaryKind<T>,
  { wanted, found }: Pick<MonthWork<T>, 'wanted' | 'found'>,
): Promise<void> {
  const queue = wanted.values();
  await Promise.all(
    Array.from({ length: readsAtOnce }, async () => {
      for (const { name } of queue) found.set(name, await readOne(repository, kind, name));
    }),
  );
}

async function readOne<T>(repository: Repository, kind: SummaryKind<T>, name: string): Promise<FoundSummary<T>> {
  try {
    const summary = await kind.read(repository, name);
    return summary === undefined ? { is: 'open' } : { is: 'known', summary, wasRead: true };
  } catch (cause) {
    // One record that is damaged, or sealed under a key that is not given, must not hide the others.
    if (cause instanceof DamagedError || cause instanceof RefusedError) return { is: 'unreadable', cause };
    throw cause;
  }
}
