import type { StrategyName } from '#lib/cutover/cutover.ts';
import type { CutoverWatch } from './cutover-watch.ts';

/** Where a transfer that was ended well, undone or given up has left its target. */
export type Standing = 'live' | 'rolled-back' | 'untouched' | 'discarded';

/** What the rounds of a strategy go to: a live database that serves an older generation. */
export interface TransferTarget extends AsyncDisposable {
  readonly strategy: StrategyName;
  /** The URL of the keeper, who Holdfast is. */
  readonly url: string;
  /** Further variables of the CLI. */
  readonly env: Readonly<Record<string, string>>;
  /** Its connection in the config. */
  readonly config: object;
  /** A proxy may stand before its URL. */
  readonly proxied: boolean;
  /** Cuts connections where no proxy stands before them; answers what was cut. */
  cut?: () => string | undefined;
  /** The URL of the application. */
  readonly readerUrl: string;
  /** Superuser URL of the database that is served now. */
  liveUrl(): string;
  /** Superuser URLs of all servers of the target. */
  serverUrls(): string[];
  /** What lies beside the live database, by name, and what ought to, after a run whose restore has the id. */
  listBeside(): Promise<string[]>;
  expectedBeside(restore: string, standing: Standing): string[];
  /** Superuser URL of the database that a cut-over or a rollback has put aside. */
  asideUrl(restore: string, standing: 'live' | 'rolled-back'): string;
  watchCutover(): CutoverWatch;
  /** What a client may be told in a cut-over. */
  readonly interruptions: readonly string[];
}
