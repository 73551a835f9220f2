/** One exchange of two databases under one name. */
export interface Swap {
  /** The name that changes hands. */
  live: string;
  /** The database that has the name, and what it is called afterwards. */
  outgoing: { oid: string; name: string };
  /** The database that gets the name. */
  incomingOid: string;
  /** A free name; in use only inside the transaction. */
  parking: string;
  /** Whether the incoming database gets what belongs to the outgoing one; else it keeps its own. */
  carryOver: boolean;
}
