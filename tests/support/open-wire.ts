import type { Socket } from 'node:net';
import pg from 'pg';
import { encodeMessage } from './protocol-messages.ts';

/** A socket on which a server has already let us in, and what it said when it did. */
export interface Wire {
  socket: Socket;
  /** ParameterStatus messages as they came: server_version, client_encoding and so on. */
  parameters: Buffer;
}

/**
 * Connects and authenticates by `pg`, then takes the socket away from it: whoever asks speaks the raw protocol from
 * here on. Close it by ending the socket.
 */
export async function openWire(url: string): Promise<Wire> {
  const client = new pg.Client({ connectionString: url, application_name: 'holdfast-test-wire' });
  const parameters: Buffer[] = [];
  const { connection } = inside(client);
  connection.on('parameterStatus', (message: { parameterName: string; parameterValue: string }) => {
    parameters.push(encodeMessage('S', `${message.parameterName}\0${message.parameterValue}\0`));
  });
  client.on('error', () => undefined);
  await client.connect();
  const socket = connection.stream;
  socket.removeAllListeners('data');
  return { socket, parameters: Buffer.concat(parameters) };
}

/** `connection` is not in the types of `pg`, though its event of every server message is what this needs. */
function inside(client: pg.Client): {
  connection: { on: (event: string, listener: (message: never) => void) => void; stream: Socket };
} {
  return client as unknown as ReturnType<typeof inside>;
}
