import { Client } from '@neondatabase/serverless';
import type { ClientConfig } from 'pg';
import type { OpenWebSocket } from './open-websocket.ts';
import type { WebSocketAddress } from './websocket-address.ts';
import { WebSocketStream } from './websocket-stream.ts';

/** Parameters of a URL that say how TLS is made over TCP; the driver would read the files they name. */
const tlsParameters = [
  ...['ssl', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'sslpassword', 'sslcrl', 'sslsni', 'sslnegotiation'],
  ...['channel_binding', 'uselibpqcompat'],
];

type Settings = Pick<ClientConfig, 'application_name' | 'connectionTimeoutMillis' | 'types'>;

/** Neon's driver over a WebSocket, not yet connected. `url` is that of the database. */
export function createWebSocketClient(
  url: string,
  options: Settings & { address: WebSocketAddress; openWebSocket: OpenWebSocket },
): Client {
  const { address, openWebSocket, ...settings } = options;
  const client = new SafeClient({ ...settings, connectionString: withoutTls(url) });
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

function withoutTls(url: string): string {
  const parsed = new URL(url);
  for (const name of tlsParameters) parsed.searchParams.delete(name);
  return parsed.href;
}
