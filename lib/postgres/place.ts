import { z } from 'zod';
import type { Connection } from '#lib/config/config.ts';

/**
 * Where a database lies, seen from a connection: the same URL with another database name, or another host (with port
 * where it is not the default). `null` keeps what the URL says. Holds no secret, so steps and records may carry it.
 */
export const placeSchema = z.strictObject({ database: z.string().nullable(), host: z.string().nullable() });
export type Place = z.infer<typeof placeSchema>;

/** The connection's own database. */
export const home: Place = { database: null, host: null };

/** The connection as it reaches the database at `place`; name, protection and queries stay those of the connection. */
export function locate(connection: Connection, place: Place): Connection {
  const url = new URL(connection.url);
  if (place.host !== null) {
    url.host = place.host;
    // A host without a port must not keep the port of another one.
    if (!/:\d+$/.test(place.host)) url.port = '';
    moveEndpointOption(url);
  }
  if (place.database !== null) url.pathname = `/${encodeURIComponent(place.database)}`;
  return { ...connection, url: url.href };
}

/** A URL for clients without SNI names Neon's endpoint a second time (Neon manual, "Connection errors"). */
function moveEndpointOption(url: URL): void {
  const options = url.searchParams.get('options');
  const [endpoint = ''] = url.hostname.split('.');
  if (options !== null) url.searchParams.set('options', options.replace(/\bendpoint=[^ ]+/, `endpoint=${endpoint}`));
}
