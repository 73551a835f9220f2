import pg from 'pg';
import { UsageError } from '#lib/errors/usage-error.ts';
import { detectRuntime, driverOf } from './choose-driver.ts';
import { classifyError, isDriverError } from './classify-error.ts';
import { planDirectUrl } from './direct-url.ts';
import { maskUrl } from './mask-url.ts';
import { pinnedSettings, versionedSettings } from './pinned-settings.ts';
import { quoteLiteral } from './quote.ts';
import type { ConnectionAddress, Session } from './session.ts';
import { planWebSocketAddress } from './websocket-address.ts';

const keepAliveMs = 30_000;

const clientOptions = {
  application_name: 'holdfast',
  connectionTimeoutMillis: 15_000,
  // Values stay the text the server sent: a date, a bigint or a json must not pass through a JavaScript type.
  types: { getTypeParser: () => (text: string) => text },
};

/** A session that is not open yet. */
interface Client extends Session {
  connect(): Promise<unknown>;
}

/**
 * Opens a session on a connection, by TCP (pg) or WebSocket (Neon's driver), kept alive, every value as text, and with
 * the pinned settings. Neon's pooled hosts are reached directly.
 * @throws UsageError (URL does not parse, no WebSocket proxy), RefusedError (login, no such database), UnavailableError
 *   (out of reach).
 */
export async function connect(connection: ConnectionAddress): Promise<Session> {
  const object = `connection ${connection.name} (${maskUrl(connection.url)})`;
  if (!/^postgres(ql)?:$/.test(URL.parse(connection.url)?.protocol ?? '')) {
    throw new UsageError(`${object}: the URL does not parse.`, {
      code: 'bad_url',
      hint: 'Write postgres://user:password@host:port/database, with reserved characters percent-encoded.',
    });
  }
  const client = await createClient(connection);
  nameDatabase(client, connection.url);
  // A connection that dies while idle reports here; the next query on it fails and is classified there.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(await settingsFor(client));
    return client;
  } catch (cause) {
    await closeSession(client);
    throw classifyError(cause, object);
  }
}

async function createClient(connection: ConnectionAddress): Promise<Client> {
  const direct = planDirectUrl(connection.url).url;
  if (driverOf(connection) === 'websocket') {
    const { name, wsProxy = null } = connection;
    const address = planWebSocketAddress({ name, url: direct, wsProxy });
    // Loaded where it is wanted: most processes never open a WebSocket.
    const [{ createWebSocketClient }, { loadWebSocket }] = await Promise.all([
      import('./websocket-client.ts'),
      import('./open-websocket.ts'),
    ]);
    const openWebSocket = await loadWebSocket(detectRuntime());
    return createWebSocketClient(direct, { ...clientOptions, address, openWebSocket });
  }
  return new pg.Client({
    ...clientOptions,
    connectionString: direct,
    keepAlive: true,
    // A session that holds a snapshot is idle for hours: networks forget such connections, and Linux would ask after two.
    keepAliveInitialDelayMillis: keepAliveMs,
  });
}

/**
 * Runs `body` with a session that is closed afterwards, whatever happens.
 * @throws what `connect` and `body` throw; an error of the driver comes classified, under the connection's name.
 */
export async function withSession<T>(
  connection: ConnectionAddress,
  body: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await connect(connection);
  try {
    return await body(session);
  } catch (cause) {
    throw isDriverError(cause) ? classifyError(cause, `connection ${connection.name}`) : cause;
  } finally {
    await closeSession(session);
  }
}

/** Ends a session; one that is already dead is as good as ended. */
export async function closeSession(session: Session): Promise<void> {
  const ended = session.end().then(
    () => true,
    () => true,
  );
  const waited = new Promise<false>((done) => setTimeout(done, 2_000, false).unref());
  // A server that does not answer the farewell would keep the socket, and with it the process, for a quarter of an hour.
  if (!(await Promise.race([ended, waited]))) session.connection.stream.destroy();
}

/** Both drivers decode the path of a URL by decodeURI, which leaves `%26` and its like as they are (pg-connection-string). */
function nameDatabase(client: Session, url: string): void {
  const name = decodePath(URL.parse(url)?.pathname ?? '');
  const parameters: unknown = Reflect.get(client, 'connectionParameters');
  if (name !== '' && typeof parameters === 'object' && parameters !== null) Reflect.set(parameters, 'database', name);
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path.slice(1));
  } catch {
    // A percent sign that escapes nothing: pg takes it as it is, and so its own name stays.
    return '';
  }
}

async function settingsFor(client: Session): Promise<string> {
  const answer = await client.query<{ server_version_num: string }>('show server_version_num');
  const major = Math.floor(Number(answer.rows[0]?.server_version_num ?? '0') / 10_000);
  const versioned = versionedSettings
    .filter(([, since]) => major >= since)
    .map(([name, , value]) => [name, value] as const);
  return [...pinnedSettings, ...versioned].map(([name, value]) => `set ${name} = ${quoteLiteral(value)}`).join(';');
}
