import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';
import { answerSql } from './answer-sql.ts';
import { FaultyNetwork, type NetworkFaults } from './faulty-network.ts';
import { listenOnFreePort } from './listen-on-free-port.ts';
import { encodeErrorResponse } from './protocol-messages.ts';

/**
 * A WebSocket-to-TCP proxy as Neon's wsproxy is one: `?address=host:port` names the PostgreSQL server, and `POST /sql`
 * runs one statement, as at Neon. The network in between is as bad as one likes.
 */
export interface WebSocketProxy extends AsyncDisposable, NetworkFaults {
  readonly port: number;
  /** For HOLDFAST_NEON_WSPROXY. */
  readonly address: string;
  /** The `address` parameters that clients have asked for. */
  readonly asked: readonly string[];
  /** The next `connections` get this error of the proxy's own in place of a server, as from a compute that is asleep. */
  sleep(connections: number, message: string): void;
  stop(): Promise<void>;
}

/**
 * Starts a proxy on a free port of 127.0.0.1. `servers` are the URLs of those it forwards to; an entry of `aliases` is a
 * `host:port` that stands for one of them, for names that no resolver knows. With `local` every port of this machine may be
 * asked for, as the endpoints of branches come and go.
 */
export async function startWebSocketProxy(options: {
  servers: readonly string[];
  local?: boolean;
  aliases?: Readonly<Record<string, string>>;
}): Promise<WebSocketProxy> {
  const targets = new Map(options.servers.map((url) => [addressOf(url), addressOf(url)]));
  for (const [alias, url] of Object.entries(options.aliases ?? {})) targets.set(alias, addressOf(url));
  const network = new FaultyNetwork();
  const asked: string[] = [];
  const asleep = { connections: 0, message: '' };

  const http = createServer((request, response) => {
    const path = URL.parse(request.url ?? '', 'http://proxy')?.pathname;
    if (request.method !== 'POST' || path !== '/sql') response.writeHead(404).end();
    else void answerSql(request, response, { targets });
  });
  const webSockets = new WebSocketServer({ noServer: true });
  http.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const address = new URL(request.url ?? '', 'http://proxy').searchParams.get('address') ?? '';
    asked.push(address);
    const target = targets.get(address) ?? (options.local && /^127\.0\.0\.1:\d+$/.test(address) ? address : undefined);
    if (!network.admit()) return void socket.resetAndDestroy();
    if (target === undefined) return void socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      if (asleep.connections > 0) {
        asleep.connections--;
        answerAsleep(webSocket, asleep.message);
      } else {
        forward(webSocket, socket, target);
      }
    });
  });

  function forward(webSocket: WebSocket, socket: Socket, target: string): void {
    const { hostname, port } = new URL(`tcp://${target}`);
    const server = connect({ host: hostname, port: Number(port) });
    for (const one of [socket, server]) one.setNoDelay(true);
    const reset = (): void => {
      socket.resetAndDestroy();
      server.resetAndDestroy();
    };
    const client = createWebSocketStream(webSocket);
    // The stream itself ends reading only: a server at work would go on for a client that has gone.
    webSocket.on('close', () => client.destroy());
    network.join({ client, server, reset });
  }

  const port = await listenOnFreePort(http);
  const stop = async (): Promise<void> => {
    if (!http.listening) return;
    const closed = once(http, 'close');
    http.close();
    http.closeAllConnections();
    network.cutAll();
    await closed;
  };
  const sleep = (connections: number, message: string): void => {
    Object.assign(asleep, { connections, message });
  };
  const address = `127.0.0.1:${port}/v1`;
  return Object.assign(network, { port, address, asked, sleep, stop, [Symbol.asyncDispose]: stop });
}

/** Neon's proxy tells its own errors with SQLSTATE XX000 and closes. */
function answerAsleep(webSocket: WebSocket, message: string): void {
  webSocket.once('message', () => {
    webSocket.send(encodeErrorResponse({ severity: 'ERROR', code: 'XX000', message }));
    webSocket.close();
  });
}

function addressOf(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port || '5432'}`;
}
