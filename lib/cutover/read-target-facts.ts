import type { Connection } from '#lib/config/config.ts';
import type { ServerInfo } from '#lib/postgres/server-info.ts';

/** What the choice of a strategy hangs on. */
export interface TargetFacts {
  server: ServerInfo;
  owner: string;
  /** The role may rename the database: it has the owner's rights. */
  ownsDatabase: boolean;
  /** The role may make a database that belongs to the same owner. */
  mayGiveToOwner: boolean;
  mayCreateDatabases: boolean;
  /** The database's tablespace where a new database would not lie there by itself and the role may not put it there. */
  closedTablespace: string | null;
  /** A database of the server to rename others from; `null` where the role can connect to none. */
  maintenance: string | null;
  /** What of people's the database holds, for people; `undefined` where it is empty. */
  content: string | undefined;
  /** The server's other databases that are no templates. */
  neighbours: string[];
  clients: { application: string; role: string; count: number; mayEnd: boolean }[];
  /** Global ids of prepared transactions in the database. */
  prepared: string[];
  slots: string[];
  subscriptions: string[];
  /** A pooler in transaction mode stands between. */
  pooled: boolean;
}

/** Reads the facts; changes nothing. @throws a classified error. */
export async function readTargetFacts(_target: Connection): Promise<TargetFacts> {
  throw new Error('not written yet');
}
