import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { listenOnFreePort } from './listen-on-free-port.ts';
import { openWire } from './open-wire.ts';
import { encodeMessage, MessageSplitter, typeOf } from './protocol-messages.ts';
import type { TransactionPooler } from './transaction-pooler.ts';

const sslRequest = 80_877_103;
const gssRequest = 80_877_104;

/**
 * What makes a transaction pooler one, and nothing else: every client is let in with a made-up cancel key, all share
 * one server connection, and a client holds it from its first message until the server says that no transaction is
 * open. So session state (settings, advisory locks, prepared statements, temporary tables) is everybody's.
 */
export async function startSmallPooler(url: string): Promise<TransactionPooler> {
  const { socket: server, parameters } = await openWire(url);
  const clients = new Set<Socket>();
  const waiting: { client: Socket; message: Buffer }[] = [];
  let holder: Socket | undefined;
  let answersDue = 0;

  const forward = (client: Socket, message: Buffer): void => {
    if (holder !== undefined && holder !== client) {
      waiting.push({ client, message });
      return;
    }
    holder = client;
    // Query, Sync and FunctionCall are the messages that ReadyForQuery answers.
    if ('QSF'.includes(typeOf(message))) answersDue++;
    server.write(message);
  };
  const release = (): void => {
    holder = undefined;
    for (const { client, message } of waiting.splice(0)) if (clients.has(client)) forward(client, message);
  };

  const fromServer = new MessageSplitter();
  server.on('data', (data: Buffer) => {
    fromServer.push(data);
    for (let message = fromServer.next({ typed: true }); message; message = fromServer.next({ typed: true })) {
      if (holder !== undefined && !holder.destroyed) holder.write(message);
      if (typeOf(message) !== 'Z') continue;
      answersDue--;
      const idle = message[5] === 'I'.charCodeAt(0);
      if (answersDue > 0) continue;
      if (idle) release();
      // A client that left in the middle of a transaction leaves it to be rolled back.
      else if (holder?.destroyed !== false) server.write(rollBack());
    }
  });
  const rollBack = (): Buffer => {
    answersDue++;
    return encodeMessage('Q', 'rollback\0');
  };

  const listener = createServer((client) => {
    clients.add(client);
    const fromClient = new MessageSplitter();
    let started = false;
    client.on('error', () => undefined);
    client.on('close', () => {
      clients.delete(client);
      if (holder === client && answersDue === 0) server.write(rollBack());
    });
    client.on('data', (data: Buffer) => {
      fromClient.push(data);
      for (let message = fromClient.next({ typed: started }); message; message = fromClient.next({ typed: started })) {
        if (!started) {
          const code = message.readInt32BE(4);
          if (code === sslRequest || code === gssRequest) {
            client.write('N');
            continue;
          }
          started = true;
          const authenticationOk = encodeMessage('R', Buffer.alloc(4));
          client.write(
            Buffer.concat([authenticationOk, parameters, encodeMessage('K', randomBytes(8)), encodeMessage('Z', 'I')]),
          );
        } else if (typeOf(message) === 'X') client.end();
        else forward(client, message);
      }
    });
  });
  const port = await listenOnFreePort(listener);

  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String(port);
  const stop = async (): Promise<void> => {
    if (!listener.listening) return;
    const closed = once(listener, 'close');
    listener.close();
    for (const client of clients) client.destroy();
    server.end(encodeMessage('X'));
    server.destroySoon();
    await closed;
  };
  return { kind: 'stand-in', url: through.href, stop, [Symbol.asyncDispose]: stop };
}
