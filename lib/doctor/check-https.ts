import type { Connection } from '#lib/config/config.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { driverOf } from '#lib/postgres/choose-driver.ts';
import { maskSecrets } from '#lib/postgres/mask-url.ts';
import { queryOverHttp } from '#lib/postgres/query-over-http.ts';
import type { Check } from '#lib/report/check.ts';

/**
 * Where no session over a WebSocket came about: whether the database answers one statement by HTTPS, which tells a
 * network that takes WebSockets apart from a database that is not there. Nothing for other drivers. Reads only.
 */
export async function checkHttps(connection: Connection): Promise<Check[]> {
  if (driverOf(connection) !== 'websocket') return [];
  const check = { name: 'https', object: `connection ${connection.name}` };
  const startedAt = performance.now();
  try {
    const [row] = await queryOverHttp(connection, `select pg_catalog.current_setting('server_version') as version`);
    const took = Math.round(performance.now() - startedAt);
    const detail = `PostgreSQL ${row?.['version']} answers by HTTPS in ${took} ms: the WebSocket does not get through`;
    const hint =
      'Look for a proxy or firewall between that does not pass the Upgrade header on, or take the driver tcp.';
    return [{ ...check, passed: false, detail, hint }];
  } catch (cause) {
    if (!(cause instanceof HoldfastError)) throw cause;
    const detail = `not by HTTPS either: ${maskSecrets(cause.message, [connection.url])}`;
    return [{ ...check, passed: false, detail, hint: cause.hint }];
  }
}
