import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { FaultyNetwork, type NetworkFaults } from './faulty-network.ts';
import { listenOnFreePort } from './listen-on-free-port.ts';

/** A bad network in front of a PostgreSQL server, at will. */
export interface TcpProxy extends AsyncDisposable, NetworkFaults {
  readonly port: number;
  /** The URL given to `startTcpProxy`, through the proxy. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a proxy to the server of `url` on a free port of 127.0.0.1. */
export async function startTcpProxy(url: string): Promise<TcpProxy> {
  const target = new URL(url);
  const network = new FaultyNetwork();
  const listener = createServer({ allowHalfOpen: false }, (client) => {
    if (!network.admit()) {
      client.resetAndDestroy();
      return;
    }
    const server = connect({ host: target.hostname, port: Number(target.port || 5432) });
    for (const socket of [client, server]) socket.setNoDelay(true);
    const reset = (): void => {
      client.resetAndDestroy();
      server.resetAndDestroy();
    };
    network.join({ client, server, reset });
  });
  const port = await listenOnFreePort(listener);
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String(port);
  const stop = async (): Promise<void> => {
    if (!listener.listening) return;
    const closed = once(listener, 'close');
    listener.close();
    network.cutAll();
    await closed;
  };
  return Object.assign(network, { port, url: through.href, stop, [Symbol.asyncDispose]: stop });
}
