import type { TransferTarget } from './transfer-target.ts';

/** Where a campaign of transfers takes place: servers of its own, so that killing them disturbs nobody. */
export interface TransferArena extends AsyncDisposable {
  /** Holds repositories, journals and what the CLI said. */
  folder: string;
  /** After `keep` the folder stays. */
  keep(): void;
  /** The keeper's URL of the source, and a superuser's. */
  sourceUrl: string;
  sourceSuperUrl: string;
  /** The target of a round; it is closed after the round. */
  openTarget(round: { number: number }): Promise<TransferTarget>;
}
