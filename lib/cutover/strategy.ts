import type { Place } from '#lib/postgres/place.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import type { Cutover, DatabaseSwap, InPlace, NeonBranch } from './cutover.ts';

export type Details = DatabaseSwap | NeonBranch | InPlace;

/** A cut-over as the strategy that it is planned for sees it. */
export type CutoverOf<D extends Details> = Omit<Cutover, 'details'> & { details: D };

/** What a cut-over did. */
export interface CutOverFacts<D extends Details> {
  details: D;
  /** Where the former content of the target is now; `null` where it is only in a safety backup. */
  putAside: Place | null;
  /** Milliseconds in which no client could work; `null` where the change had been made by an earlier attempt. */
  interruptionMs: number | null;
  lsn: string | null;
  /** What could not be carried over, for people. */
  notes: string[];
}

/**
 * A way to put a proven copy in the place of the live database. Every method is safe to run twice and at any time after
 * a kill: it looks at the server first and does what is left to do. Methods that find another database where theirs
 * should be throw RefusedError and change nothing.
 */
export interface CutoverStrategy<D extends Details> {
  /** Makes the staging database. @throws a classified error; what was made is found by `discard`. */
  prepare(workspace: Workspace, cutover: CutoverOf<D>): Promise<{ details: D; staging: Place }>;
  /**
   * Makes staging live, whole or not at all. @throws RefusedError where the target is not the one of the plan any more,
   * UnavailableError where another attempt can help.
   */
  cutOver(workspace: Workspace, cutover: CutoverOf<D>): Promise<CutOverFacts<D>>;
  /**
   * Brings the former content back under the target's name; what was live is put aside. Where the cut-over has not
   * happened nothing is done. @throws RefusedError with the reason (replaced again since, dropped), RollbackFailedError.
   */
  rollBack(workspace: Workspace, cutover: CutoverOf<D>): Promise<CutOverFacts<D>>;
  /**
   * Drops staging of a run that is being undone, and nothing else: a cut-over that commits at this moment must not lose
   * what it has put aside. @throws UnavailableError where the copy is live all the same: it is to be rolled back first.
   */
  dropStaging(workspace: Workspace, cutover: CutoverOf<D>): Promise<void>;
  /** Drops staging and whatever was put aside; never what is live. @throws a classified error. */
  discard(workspace: Workspace, cutover: CutoverOf<D>): Promise<void>;
}
