/** SQL of one schema entry, ready to be run as one simple query (it can hold several statements). */
export interface PlannedStatement {
  /** Unique in its plan and the same whenever the plan is made again: the ledger's key. */
  item: string;
  /** For people: `index public.players_email_idx`. */
  object: string;
  sql: string;
}
