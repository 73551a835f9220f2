import { once } from 'node:events';
import { createServer } from 'node:net';
import { listenOnFreePort } from './listen-on-free-port.ts';

/** A TCP port of 127.0.0.1 that nobody listens on at this moment. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnFreePort(server);
  server.close();
  await once(server, 'close');
  return port;
}
