import { bareConnection } from '#lib/config/bare-connection.ts';
import type { Connection } from '#lib/config/config.ts';
import { type ScratchRecord, scratchUrl } from './scratch-record.ts';

/** A throw-away PostgreSQL server on 127.0.0.1, whose superuser is `postgres`. */
export interface ScratchServer {
  id: string;
  major: number;
  version: string;
  /** A connection to a database of the server, `postgres` where none is named. Its URL is a secret as any other. */
  connectionTo(database?: string): Connection;
  /** Where its files are. */
  directory: string;
}

/** What a record describes. */
export function scratchServerOf(record: ScratchRecord, directory: string): ScratchServer {
  const { id, major, version } = record;
  const connectionTo = (database?: string): Connection => bareConnection('scratch', scratchUrl(record, database));
  return { id, major, version, connectionTo, directory };
}
