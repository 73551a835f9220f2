import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { listenOnFreePort } from './listen-on-free-port.ts';

/** A bad network in front of a PostgreSQL server, at will. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** The URL given to `startTcpProxy`, through the proxy. */
  readonly url: string;
  /** Connections accepted since the start. */
  readonly accepted: number;
  /** Connections open now. */
  readonly open: number;
  /** Connections that were reset by `cutAll` and `cutAfter` since the start. */
  readonly cuts: number;
  /** Bytes that the server has sent to clients since the start. */
  readonly bytesToClients: number;
  /** Resets every open connection on both sides, as a router that dies does; new ones are accepted. */
  cutAll(): void;
  /** Resets the connection over which the `count`th byte from now, counted over all connections, would pass. */
  cutAfter(count: number, direction: 'to-client' | 'to-server'): void;
  /** Holds every piece of data back for this long, in both directions; 0 ends it. */
  delay(milliseconds: number): void;
  /** While true nothing passes and nobody is told: packets are lost, connections stay open. */
  blackhole(on: boolean): void;
  /** While true new connections are reset at once. */
  refuse(on: boolean): void;
  stop(): Promise<void>;
}

type Direction = 'to-client' | 'to-server';

/** Resolves when the socket takes data again, or takes none any more. */
async function waitForDrain(socket: Socket): Promise<void> {
  const waited = new AbortController();
  const options = { signal: waited.signal };
  try {
    await Promise.race([once(socket, 'drain', options), once(socket, 'close', options)]);
  } finally {
    // Takes the listeners of the other one away.
    waited.abort();
  }
}

/** Starts a proxy to the server of `url` on a free port of 127.0.0.1. */
export async function startTcpProxy(url: string): Promise<TcpProxy> {
  const target = new URL(url);
  const pairs = new Set<{ client: Socket; server: Socket }>();
  const state = { accepted: 0, cuts: 0, bytesToClients: 0, delay: 0, blackhole: false, refuse: false };
  const remaining: Record<Direction, number> = {
    'to-client': Number.POSITIVE_INFINITY,
    'to-server': Number.POSITIVE_INFINITY,
  };

  const listener = createServer({ allowHalfOpen: false }, (client) => {
    state.accepted++;
    if (state.refuse) {
      client.resetAndDestroy();
      return;
    }
    const server = connect({ host: target.hostname, port: Number(target.port || 5432) });
    const pair = { client, server };
    pairs.add(pair);
    const cut = (): void => {
      state.cuts++;
      client.resetAndDestroy();
      server.resetAndDestroy();
    };
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      // A reset of one side arrives as an error here and is passed on by the close of the other.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        pairs.delete(pair);
        client.destroy();
        server.destroy();
      });
    }
    void relay({ from: client, to: server, direction: 'to-server', cut });
    void relay({ from: server, to: client, direction: 'to-client', cut });
  });

  async function relay(options: { from: Socket; to: Socket; direction: Direction; cut: () => void }): Promise<void> {
    const { from, to, direction, cut } = options;
    try {
      for await (const data of from) {
        if (!Buffer.isBuffer(data)) continue;
        if (state.delay > 0) await sleep(state.delay);
        while (state.blackhole && !to.destroyed) await sleep(5);
        if (to.destroyed) return;
        if (data.length > remaining[direction]) {
          const before = remaining[direction];
          remaining[direction] = Number.POSITIVE_INFINITY;
          if (before > 0) {
            to.write(data.subarray(0, before));
            await sleep(5);
          }
          cut();
          return;
        }
        remaining[direction] -= data.length;
        if (direction === 'to-client') state.bytesToClients += data.length;
        if (!to.write(data)) await waitForDrain(to);
      }
      to.end();
    } catch {
      // Either side is gone: the close handler takes the other one with it.
      to.destroy();
    }
  }

  const port = await listenOnFreePort(listener);
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String(port);

  const cutAll = (): void => {
    for (const { client, server } of pairs) {
      state.cuts++;
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
  };
  const stop = async (): Promise<void> => {
    if (!listener.listening) return;
    const closed = once(listener, 'close');
    listener.close();
    cutAll();
    await closed;
  };
  return {
    port,
    url: through.href,
    get accepted() {
      return state.accepted;
    },
    get open() {
      return pairs.size;
    },
    get cuts() {
      return state.cuts;
    },
    get bytesToClients() {
      return state.bytesToClients;
    },
    cutAll,
    cutAfter: (count, direction) => {
      remaining[direction] = count;
    },
    delay: (milliseconds) => {
      state.delay = milliseconds;
    },
    blackhole: (on) => {
      state.blackhole = on;
    },
    refuse: (on) => {
      state.refuse = on;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
