import { UsageError } from '#lib/errors/usage-error.ts';
import { isNeonHost } from './neon-host.ts';

/** Where a database is reached without TCP. */
export interface WebSocketAddress {
  /** Host, port, path and query of the proxy, without the scheme, as the driver's `wsProxy` wants it. */
  proxy: string;
  secure: boolean;
  /** Where single statements are posted. */
  sqlEndpoint: string;
}

/**
 * The proxy in front of a database: the one that is configured, with the database's address as its parameter (the
 * convention of Neon's wsproxy), else Neon's own, which stands at the database's host. The endpoint for statements by
 * HTTP is `/sql` of the same proxy, and at Neon `/sql` of the region's `api.` host (the driver's `fetchEndpoint`). Pure.
 * @throws UsageError where the host is not Neon's and no proxy is configured.
 */
export function planWebSocketAddress(options: { name: string; url: string; wsProxy: string | null }): WebSocketAddress {
  const { name, wsProxy } = options;
  const { hostname, port } = new URL(options.url);
  if (wsProxy !== null) {
    const { protocol, host, pathname } = new URL(wsProxy);
    const secure = protocol === 'wss:';
    return {
      proxy: `${host}${pathname}?address=${hostname}:${port || '5432'}`,
      secure,
      sqlEndpoint: `${secure ? 'https' : 'http'}://${host}/sql`,
    };
  }
  if (!isNeonHost(hostname)) {
    throw new UsageError(`connection ${name}: ${hostname} is not a host of Neon, and no WebSocket proxy is named.`, {
      code: 'no_websocket_proxy',
      hint: 'Set HOLDFAST_NEON_WSPROXY (or `wsProxy` of the connection) to host:port/path of a proxy, or take the driver tcp.',
    });
  }
  return { proxy: `${hostname}/v2`, secure: true, sqlEndpoint: `https://${hostname.replace(/^[^.]+/, 'api')}/sql` };
}
