import type { Driver } from '#lib/config/config.ts';
import { isNeonHost } from './neon-host.ts';
import type { ConnectionAddress } from './session.ts';

/** What the process can open: `node` has TCP sockets, `edge` (Vercel, Cloudflare Workers) has WebSockets and fetch only. */
export type Runtime = 'node' | 'edge';

/** The runtime of this process. */
export function detectRuntime(): Runtime {
  // Vercel's edge runtime shows a `process` too.
  return 'EdgeRuntime' in globalThis || globalThis.process?.versions?.node === undefined ? 'edge' : 'node';
}

/**
 * How a server is reached: as `driver` says; by itself over a WebSocket where the host is Neon's, whose proxy takes them,
 * and the runtime has no TCP; else over TCP, which is quicker and has a flow control of its own. Pure.
 */
export function chooseDriver(options: { url: string; driver: Driver; runtime: Runtime }): 'tcp' | 'websocket' {
  const { url, driver, runtime } = options;
  if (driver !== 'auto') return driver;
  return runtime === 'edge' && isNeonHost(URL.parse(url)?.hostname ?? '') ? 'websocket' : 'tcp';
}

/** How a connection is reached from this process. */
export function driverOf({ url, driver = 'auto' }: ConnectionAddress): 'tcp' | 'websocket' {
  return chooseDriver({ url, driver, runtime: detectRuntime() });
}
