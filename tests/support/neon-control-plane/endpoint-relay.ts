import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { listenOnFreePort } from '#tests/support/listen-on-free-port.ts';

/** What stands at an endpoint's host: passes connections on to the server of the branch as it is at the moment. */
export interface EndpointRelay {
  readonly port: number;
  /** Connections accepted since the start. */
  readonly accepted: number;
  /** Where new connections go; `null`: they wait, as while a compute wakes up. Open ones stay where they are. */
  point(port: number | null): void;
  /** Drops every open connection, as the end of a compute does; answers how many there were. */
  cutAll(): number;
  stop(): Promise<void>;
}

/** With `wrongPasswords` every login is refused, as with the parent's password on a child of a protected branch. */
export async function startEndpointRelay({ wrongPasswords }: { wrongPasswords: boolean }): Promise<EndpointRelay> {
  const open = new Set<Socket>();
  const waiting = new Set<Socket>();
  let target: number | null = null;
  let accepted = 0;

  const passOn = (client: Socket, port: number): void => {
    waiting.delete(client);
    const server = connect({ host: '127.0.0.1', port });
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      open.add(from);
      from.setNoDelay(true);
      from.on('error', () => undefined);
      from.on('close', () => {
        open.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  };

  const listener = createServer((client) => {
    accepted++;
    client.on('error', () => undefined);
    if (wrongPasswords) return refuseLogin(client);
    if (target !== null) return passOn(client, target);
    waiting.add(client);
    client.on('close', () => waiting.delete(client));
  });
  const port = await listenOnFreePort(listener);

  const cutAll = (): number => {
    const cut = open.size / 2;
    for (const socket of open) socket.resetAndDestroy();
    return cut;
  };
  return {
    port,
    get accepted() {
      return accepted;
    },
    point(to) {
      target = to;
      if (to !== null) for (const client of [...waiting]) passOn(client, to);
    },
    cutAll,
    async stop() {
      if (!listener.listening) return;
      const closed = once(listener, 'close');
      listener.close();
      cutAll();
      for (const client of waiting) client.resetAndDestroy();
      await closed;
    },
  };
}

/** ErrorResponse with SQLSTATE 28P01 in answer to the first message (manual, "Message Formats"). */
function refuseLogin(client: Socket): void {
  client.once('data', () => {
    const fields = Buffer.from('SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed\0\0');
    const head = Buffer.alloc(5);
    head.write('E');
    head.writeInt32BE(fields.length + 4, 1);
    client.end(Buffer.concat([head, fields]));
  });
}
