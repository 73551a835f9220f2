import type { QueryArrayConfig, QueryArrayResult, QueryResult, QueryResultRow } from 'pg';
import type { Connection } from '#lib/config/config.ts';
import type { WireStream } from './wire.ts';

/** What it takes to open a session; the rest of a connection is of no interest to a driver. */
export type ConnectionAddress = Pick<Connection, 'name' | 'url'> & Partial<Pick<Connection, 'driver' | 'wsProxy'>>;

/** One connection to a server, by TCP or WebSocket, opened by `connect`, with the settings of Holdfast pinned. */
export interface Session {
  query<T extends WireQuery>(query: T): T;
  query<R extends QueryResultRow = Record<string, string | null>>(
    text: string,
    values?: unknown[],
  ): Promise<QueryResult<R>>;
  query<R extends unknown[]>(query: QueryArrayConfig): Promise<QueryArrayResult<R>>;
  end(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'notice', listener: (notice: { message?: string | undefined }) => void): unknown;
  readonly connection: { readonly stream: WireStream };
}

/** A query that speaks the protocol by itself, as both drivers take it (pg, `Submittable`). */
export interface WireQuery {
  submit(connection: Session['connection']): void;
}
