import type { Repository } from '#lib/repository/repository.ts';

/** A summary as a segment has it. */
export interface ShelvedSummary<T> {
  /** JSON of `[stamp, summary]`. */
  text: string;
  /** The same, once it has been asked for; `null`: it is of no form that this Holdfast knows. */
  parsed?: { stamp: string; summary: T } | null;
}

/** What this process knows of one month. */
export interface ShelvedMonth<T> {
  summaries: Map<string, ShelvedSummary<T>>;
  /** Of them, those that the stored segment lacks. */
  unstored: Set<string>;
  /** When the segment was last read, epoch milliseconds; 0: not yet. */
  readAt: number;
  /** The segment is somebody else's, or the store takes none: until then nothing is stored. */
  leftAloneUntil: number;
  /** One request at a time works on a month, so that a second one finds what the first has read. */
  turn: Promise<unknown>;
}

/** Some 20 MB, if somebody asks for all of a large repository. */
const mostSummaries = 25_000;

/** What this process knows of the index. Summaries never change, so that none is ever too old. */
export class Shelf<T> {
  readonly #byRepository = new WeakMap<Repository, Map<string, ShelvedMonth<T>>>();

  /** The month of a segment's key. Those that were not used for the longest time go, where there are too many. */
  take(repository: Repository, key: string): ShelvedMonth<T> {
    const months = this.#byRepository.get(repository) ?? new Map<string, ShelvedMonth<T>>();
    this.#byRepository.set(repository, months);
    const month = months.get(key) ?? emptyMonth<T>();
    // The last in the order of the map is the one that was used last.
    months.delete(key);
    months.set(key, month);
    let kept = 0;
    for (const [name, { summaries }] of [...months].reverse()) {
      kept += summaries.size;
      if (kept > mostSummaries && name !== key) months.delete(name);
    }
    return month;
  }

  /** Forgets a repository. */
  clear(repository: Repository): void {
    this.#byRepository.delete(repository);
  }
}

function emptyMonth<T>(): ShelvedMonth<T> {
  return { summaries: new Map(), unstored: new Set(), readAt: 0, leftAloneUntil: 0, turn: Promise.resolve() };
}

/** Runs the work when all that came before it for the month has ended. */
export function inTurn<T>(month: Pick<ShelvedMonth<unknown>, 'turn'>, work: () => Promise<T>): Promise<T> {
  const result = month.turn.then(work);
  // The next one only waits for the end of this one, whatever it is.
  month.turn = result.catch(() => undefined);
  return result;
}
