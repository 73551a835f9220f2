import type { TransferTarget } from './transfer-target.ts';

/** Where a campaign of transfers takes place: servers of its own, so that killing them disturbs nobody. */
export interface TransferArena extends AsyncDisposable {
  /** Holds repositories, journals and what the CLI said. */
  folder: string;
  /** After `keep` the folder stays. */
  keep(): void;
  /** Both sides of a round; they are closed after the round. */
  openHomes(round: { number: number }): Promise<TransferHomes>;
}

export interface TransferHomes extends AsyncDisposable {
  source: TransferSource;
  target: TransferTarget;
}

interface TransferSource {
  /** The URL of the keeper, who Holdfast is. */
  url: string;
  /** A superuser's URL of the database. */
  superUrl: string;
  /** Its connection in the config. */
  config: object;
}
