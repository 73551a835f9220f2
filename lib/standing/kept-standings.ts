import { setTimeout as sleep } from 'node:timers/promises';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { backupsPrefix, connectionPrefix } from '#lib/repository/repository-keys.ts';
import {
  listConnections,
  listStandings,
  listStandingsBelow,
  type Standing,
  sortNewestFirst,
} from './list-standings.ts';

const dayMs = 86_400_000;
/** Younger backups are listed each time. */
const recentDays = 10;
/** What is older than this is listed again beside the answer, ... */
const freshMs = 15_000;
/** ... and what is older than this before it. */
const boundMs = 300_000;
/** Before that, `keepListing` has listed again. */
const againMs = 240_000;

/** What this process has last listed of all backups. */
export interface KeptStandings {
  standings: readonly Standing[];
  /** When that listing began, epoch milliseconds. */
  at: number;
  /** How often this process has written beside a manifest, so far and when that listing began. */
  writes: number;
  writesThen: number;
}

interface Keeper {
  kept: KeptStandings;
  listing: Promise<void> | undefined;
}

const keeperOf = new WeakMap<Repository, Keeper>();

/** A memory that has listed nothing yet. */
export function emptyStandings(): KeptStandings {
  return { standings: [], at: 0, writes: 0, writesThen: 0 };
}

/**
 * The repository, with a memory for `listKeptStandings`: it forgets when this process itself writes or deletes something
 * beside a manifest. Repositories of one place may have one memory.
 */
export function keepStandings(repository: Repository, kept = emptyStandings()): Repository {
  const { store } = repository;
  const noting = async <T>(keys: readonly string[], work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } finally {
      if (keys.some((key) => key.startsWith(backupsPrefix))) kept.writes += 1;
    }
  };
  const keeping: Repository = {
    ...repository,
    store: {
      ...store,
      put: (key, parts, options) => noting([key], () => store.put(key, parts, options)),
      putStream: (key, source) => noting([key], () => store.putStream(key, source)),
      delete: (key) => noting([key], () => store.delete(key)),
      deleteMany: (keys) => noting(keys, () => store.deleteMany(keys)),
    },
    putJson: (key, value, options) => noting([key], () => repository.putJson(key, value, options)),
  };
  keeperOf.set(keeping, { kept, listing: undefined });
  return keeping;
}

/**
 * The same as `listStandings`, for who looks: backups of the last ten days are listed each time, of older ones it may be
 * what was so at most five minutes ago, and usually seconds. What is done to them by this process is seen at once. Not for
 * who decides what is deleted, restored or let through. @throws StorageError, UnavailableError.
 */
export async function listKeptStandings(repository: Repository, connection?: string): Promise<Standing[]> {
  const keeper = keeperOf.get(repository);
  if (keeper === undefined) return listStandings(repository, connection);
  const { kept } = keeper;
  const age = Date.now() - kept.at;
  // Below zero: the clock was set back, and when that listing began is not known any more.
  if (age < 0 || age > boundMs || kept.writes !== kept.writesThen) await listAgain(repository, keeper);
  // Beside the answer: one that fails is tried again with the next, which tells of it when it has to wait.
  else if (age > freshMs) listAgain(repository, keeper).catch(() => undefined);
  const connections = connection === undefined ? await listConnections(repository) : [connection];
  const prefixes = listRecentPrefixes(new Date());
  const recent = await Promise.all(
    connections.flatMap((name) =>
      prefixes.map((prefix) => listStandingsBelow(repository, `${connectionPrefix(name)}${prefix}`)),
    ),
  );
  const wanted = new Set(connections);
  const older = kept.standings.filter(
    (standing) => wanted.has(standing.connection) && !prefixes.some((prefix) => standing.backupId.startsWith(prefix)),
  );
  return sortNewestFirst([...recent.flat(), ...older]);
}

/**
 * Lists again, now and for as long as the process lives, so that nobody who looks has to wait for it. A store that is out
 * of reach is tried again; who looks is told. Keeps no process alive.
 */
export async function keepListing(open: () => Promise<Repository>): Promise<never> {
  while (true) {
    try {
      const repository = await open();
      const keeper = keeperOf.get(repository);
      if (keeper !== undefined) await listAgain(repository, keeper);
    } catch (cause) {
      if (!(cause instanceof HoldfastError)) throw cause;
    }
    await sleep(againMs, undefined, { ref: false });
  }
}

/** Of several at once one lists, and all wait for it; who has written since it began, for another one. */
async function listAgain(repository: Repository, keeper: Keeper): Promise<void> {
  const { writes } = keeper.kept;
  keeper.listing ??= listAll(repository, keeper);
  await keeper.listing;
  if (keeper.kept.writesThen < writes) await listAgain(repository, keeper);
}

async function listAll(repository: Repository, keeper: Keeper): Promise<void> {
  try {
    const { kept } = keeper;
    const [at, writesThen] = [Date.now(), kept.writes];
    const standings = await listStandings(repository);
    // Another repository of the same memory may have begun later, and ended before.
    if (at >= kept.at || kept.at > Date.now()) Object.assign(kept, { standings, at, writesThen });
  } finally {
    keeper.listing = undefined;
  }
}

/** `2026111`, `2026112`: what the ids of the last ten days, and of tomorrow, begin with. */
function listRecentPrefixes(now: Date): string[] {
  const days = Array.from({ length: recentDays + 2 }, (_, ago) => new Date(now.getTime() - (ago - 1) * dayMs));
  return [...new Set(days.map((day) => day.toISOString().slice(0, 10).replaceAll('-', '').slice(0, 7)))];
}
