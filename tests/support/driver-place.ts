import { connect } from '#lib/postgres/connect.ts';
import { loadWebSocket } from '#lib/postgres/open-websocket.ts';
import type { Session } from '#lib/postgres/session.ts';
import { planWebSocketAddress } from '#lib/postgres/websocket-address.ts';
import { createWebSocketClient } from '#lib/postgres/websocket-client.ts';
import type { NetworkFaults } from './faulty-network.ts';
import { startTcpProxy } from './tcp-proxy.ts';
import { startWebSocketProxy } from './websocket-proxy.ts';

/** A database behind a bad network, and how one driver reaches it. */
export interface DriverPlace extends AsyncDisposable {
  open(): Promise<Session>;
  faults: NetworkFaults;
}

/** The ways to a server: pg, Neon's driver with the package `ws`, and with the WebSocket of the standard. */
export const drivers: readonly {
  name: string;
  /** Whether a reader that waits makes the server wait. */
  holdsBack: boolean;
  place(url: string): Promise<DriverPlace>;
}[] = [
  {
    name: 'TCP',
    holdsBack: true,
    place: async (url) => {
      const proxy = await startTcpProxy(url);
      return {
        open: () => connect({ name: 'there', url: proxy.url, driver: 'tcp' }),
        faults: proxy,
        [Symbol.asyncDispose]: proxy.stop,
      };
    },
  },
  {
    name: 'WebSocket',
    holdsBack: true,
    place: async (url) => {
      const proxy = await startWebSocketProxy({ servers: [url] });
      return {
        open: () => connect({ name: 'there', url, driver: 'websocket', wsProxy: `ws://${proxy.address}` }),
        faults: proxy,
        [Symbol.asyncDispose]: proxy.stop,
      };
    },
  },
  {
    // What `connect` takes where there is no Node; here it is Node's own.
    name: 'WebSocket of the standard',
    holdsBack: false,
    place: async (url) => {
      const proxy = await startWebSocketProxy({ servers: [url] });
      const address = planWebSocketAddress({ name: 'there', url, wsProxy: `ws://${proxy.address}` });
      return {
        open: async () => {
          const types = { getTypeParser: () => (text: string) => text };
          const client = createWebSocketClient(url, { address, openWebSocket: await loadWebSocket('edge'), types });
          client.on('error', () => undefined);
          await client.connect();
          return client;
        },
        faults: proxy,
        [Symbol.asyncDispose]: proxy.stop,
      };
    },
  },
];
