import type { Client } from 'pg';

/** One connection to a server, opened by `connect`, with the settings of Holdfast pinned. */
export type Session = Client;
