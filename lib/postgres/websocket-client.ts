import { Client, type ClientConfig } from '@neondatabase/serverless';
import type { OpenWebSocket } from './open-websocket.ts';
import type { WebSocketAddress } from './websocket-address.ts';
import { WebSocketStream } from './websocket-stream.ts';

type Settings = Pick<ClientConfig, 'application_name' | 'connectionTimeoutMillis' | 'types'>;

/** Neon's driver over a WebSocket, not yet connected. `url` is that of the database. */
export function createWebSocketClient(
  url: string,
  options: Settings & { address: WebSocketAddress; openWebSocket: OpenWebSocket },
): Client {
  const { address, openWebSocket, ...settings } = options;
  const client = new SafeClient({ ...settings, ...readLogin(url) });
  client.connection.stream = new WebSocketStream({ address, openWebSocket });
  return client;
}

/** The driver is made of an old pg; this mends what has been mended there since. */
class SafeClient extends Client {
  /** The driver's own waits for ever where the connection is gone already. */
  override async end(): Promise<void> {
    if (!this.connection.stream.destroyed) await super.end();
  }

  /** The driver's own is called by an event and throws into the void, which ends the process. */
  override async _handleAuthSASLContinue(message: unknown): Promise<void> {
    try {
      if (typeof this.password !== 'string') throw new Error('SASL: the server asks for a password');
      await super._handleAuthSASLContinue(message);
    } catch (cause) {
      this.connection.stream.destroy(cause instanceof Error ? cause : new Error(String(cause)));
    }
  }
}

/**
 * Who logs in where, of a URL that parses. The driver itself decodes it twice, splits it at a colon, and reads files that
 * say how TLS is made over TCP, which is the WebSocket's business here. Parameters win, as with pg.
 */
function readLogin(url: string): ClientConfig {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url);
  const asked = {
    host: searchParams.get('host') ?? hostname,
    port: Number(searchParams.get('port') ?? port) || undefined,
    user: searchParams.get('user') ?? decode(username),
    password: searchParams.get('password') ?? decode(password),
    database: decode(pathname.slice(1)),
    options: searchParams.get('options') ?? '',
  };
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined && value !== ''));
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A percent sign that escapes nothing stands for itself.
    return part;
  }
}
