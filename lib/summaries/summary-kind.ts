import type { z } from 'zod';
import type { Repository } from '#lib/repository/repository.ts';
import type { Shelf } from './shelf.ts';

/** A kind of immutable thing whose summaries the index keeps. */
export interface SummaryKind<T> {
  /** Its folder below `index/`. */
  folder: string;
  schema: z.ZodType<T>;
  /** What this process knows of them. */
  shelf: Shelf<T>;
  /** From the truth; `undefined` where there is nothing immutable to tell yet. @throws what the read throws. */
  read(repository: Repository, name: string): Promise<T | undefined>;
  /** Whether a summary tells only what everybody with these keys would read. */
  isKept(summary: T): boolean;
  /** The month, `202611`, that a name is of; `undefined`: it is not kept. */
  monthOf(name: string): string | undefined;
}

/**
 * One whose summary is wanted, by a listing that has just found it. `stamp` changes when what is summarized does; of
 * what is written once and never again it is ''.
 */
export interface WantedSummary {
  name: string;
  stamp: string;
}

/** What was found. `wasRead`: it was not in the index. */
export type FoundSummary<T> =
  | { is: 'known'; summary: T; wasRead: boolean }
  /** There is nothing immutable yet. */
  | { is: 'open' }
  /** Why its record cannot be read, to be thrown or told. */
  | { is: 'unreadable'; cause: unknown };
