import type { StrategyName } from '#lib/cutover/cutover.ts';
import type { CutoverWatch } from './cutover-watch.ts';

/** Where a transfer that was ended well, taken back, discarded or has failed leaves its target. */
export type Standing = 'live' | 'rolled-back' | 'discarded' | 'untouched';

/** What a round goes to: a live database that serves an older generation. */
export interface TransferTarget {
  readonly strategy: StrategyName;
  /** The URL of the keeper, who Holdfast is; a proxy may stand before it where `proxied`. */
  readonly url: string;
  readonly proxied: boolean;
  /** Further variables of the CLI, and its connection in the config. */
  readonly env: Readonly<Record<string, string>>;
  readonly config: object;
  /** The URL of the application. */
  readonly readerUrl: string;
  /** Superuser URL of the database that is served now. */
  liveUrl(): string;
  /** Superuser URLs of all servers of the target. */
  serverUrls(): string[];
  /** What is wrong with what lies beside the live database after a run whose restore has the id, one line each. */
  judgeBeside(restore: string, standing: Standing): Promise<string[]>;
  /** Superuser URL of the database that a cut-over or a rollback has put aside. */
  asideUrl(restore: string, standing: 'live' | 'rolled-back'): string;
  watchCutover(): CutoverWatch;
  /** Disturbs what no proxy stands before, by a number from 0 to 1; answers how, `undefined` where nothing is there. */
  disturb(chance: number): string | undefined;
  /** Until a crash would hit a server at work and not the test's own machinery. */
  untilCrashable(): Promise<void>;
  /** What a client may be told in a cut-over. */
  readonly interruptions: readonly string[];
}
