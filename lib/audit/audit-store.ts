import { createHash, randomBytes } from 'node:crypto';
import { tellProblem, type Unreadable } from '#lib/errors/tell-problem.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { timePrefix } from '#lib/repository/time-id.ts';
import { type AuditEntry, type AuditNote, auditEntrySchema } from './audit-entry.ts';

const prefix = 'audit/';
const atOnce = 16;
const mostText = 300;

/** Adds an entry to the log; nothing ever changes or removes one. @throws StorageError, UnavailableError. */
export async function writeAudit(repository: Repository, note: AuditNote, now = new Date()): Promise<AuditEntry> {
  const entry = makeEntry(note, { at: now, suffix: randomBytes(5).toString('hex') });
  const outcome = await repository.putJson(auditKey(entry.id), entry, { ifAbsent: true });
  // Two ids of one millisecond meet once in 2^40.
  if (outcome === 'exists') throw new Error(`The random audit id ${entry.id} is taken.`);
  return entry;
}

/**
 * As `writeAudit`, for a step that may be tried again: the same moment and the same thing (`of`) are the same entry, and
 * the first one stays. @throws StorageError, UnavailableError.
 */
export async function writeAuditOnce(
  repository: Repository,
  note: AuditNote,
  { at, of }: { at: Date; of: string },
): Promise<void> {
  const suffix = createHash('sha256').update(of).digest('hex').slice(0, 10);
  const entry = makeEntry(note, { at, suffix });
  await repository.putJson(auditKey(entry.id), entry, { ifAbsent: true });
}

function makeEntry(note: AuditNote, { at, suffix }: { at: Date; suffix: string }): AuditEntry {
  const id = `${timePrefix(at)}${suffix}`;
  const { who, what, from, object, run = null } = note;
  return {
    ...{ ...note, id, at: at.toISOString(), what: clip(what), from: clip(from), object: clip(object), run: clip(run) },
    who: { ...who, id: clip(who.id), name: clip(who.name) },
    detail: Object.fromEntries(Object.entries(note.detail ?? {}).map(([name, value]) => [name, clip(value)])),
  };
}

/** What others have written stays short. */
function clip<T>(value: T): T | string {
  return typeof value === 'string' && value.length > mostText ? `${value.slice(0, mostText - 1)}…` : value;
}

/**
 * A page of the log, newest first: at most `limit` entries older than the one of the id `before`. `next` is the
 * `before` of the following page, `unreadable` what of this one cannot be read. Lists month by month from the newest on,
 * so that a page does not cost the whole log. @throws StorageError, UnavailableError.
 */
export async function listAudit(
  repository: Repository,
  { limit, before, now = new Date() }: { limit: number; before?: string | undefined; now?: Date },
): Promise<{ entries: AuditEntry[]; unreadable: Unreadable[]; next: string | null }> {
  const ids = await listIds(repository, { limit: limit + 1, before, now });
  const shown = ids.slice(0, limit);
  const entries: AuditEntry[] = [];
  const unreadable: Unreadable[] = [];
  const queue = shown.entries();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const [index, id] of queue) {
        try {
          const entry = await repository.getJson(auditKey(id), auditEntrySchema);
          if (entry !== undefined) entries[index] = entry;
        } catch (cause) {
          unreadable.push({ id, problem: tellProblem(cause) });
        }
      }
    }),
  );
  return { entries: entries.filter(Boolean), unreadable, next: ids.length > limit ? (shown.at(-1) ?? null) : null };
}

/** Newest first. */
async function listIds(
  repository: Repository,
  { limit, before, now }: { limit: number; before: string | undefined; now: Date },
): Promise<string[]> {
  const oldest = await findOldestMonth(repository);
  if (oldest === undefined) return [];
  const ids: string[] = [];
  // The clock of another writer may be ahead.
  for (let month = newestMonth(before, now); month >= oldest && ids.length < limit; ) {
    const found: string[] = [];
    for await (const { key } of repository.store.list(`${prefix}${month}`)) {
      const id = parseAuditKey(key);
      if (id !== undefined && (before === undefined || id < before)) found.push(id);
    }
    ids.push(...found.sort().reverse());
    month = previousMonth(month);
  }
  return ids.slice(0, limit);
}

function newestMonth(before: string | undefined, now: Date): string {
  const next = nextMonth(timePrefix(now).slice(0, 6));
  const asked = before?.slice(0, 6) ?? next;
  return /^\d{6}$/.test(asked) && asked < next ? asked : next;
}

async function findOldestMonth(repository: Repository): Promise<string | undefined> {
  for await (const { key } of repository.store.list(prefix)) {
    const id = parseAuditKey(key);
    if (id !== undefined) return id.slice(0, 6);
  }
  return undefined;
}

function nextMonth(month: string): string {
  return monthOf(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(4)), 1));
}

function previousMonth(month: string): string {
  return monthOf(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(4)) - 2, 1));
}

function monthOf(ms: number): string {
  return timePrefix(new Date(ms)).slice(0, 6);
}

function auditKey(id: string): string {
  return `${prefix}${id.slice(0, 8)}/${id}.json`;
}

function parseAuditKey(key: string): string | undefined {
  return /^audit\/\d{8}\/(\d{8}T\d{6}Z-[0-9a-z]+)\.json$/.exec(key)?.[1];
}
