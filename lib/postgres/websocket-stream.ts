import { neonConfig } from '@neondatabase/serverless';
import { handshakeFailed } from './error-rules.ts';
import type { OpenedWebSocket, OpenWebSocket } from './open-websocket.ts';
import type { WebSocketAddress } from './websocket-address.ts';

const mebibyte = 1024 * 1024;
/** Above this much unsent, `write` asks to wait; `drain` comes when no more than a quarter is left. */
const highWaterMark = 4 * mebibyte;
/** Messages that are written together go out as one, up to this size. */
const messageBytes = 256 * 1024;
/** WebSockets tell of no drained buffer: it is asked for this often. */
const drainPollMs = 2;
/** Like TCP keep-alive: networks forget connections that are silent for minutes. */
const pingMs = 30_000;
/** WebSocket.OPEN */
const open = 1;

/**
 * The driver's socket with what a stream must have: errors that are Errors, `drain`, `pause`, one `close`, and an end that
 * waits for nobody. The driver's own answers `true` to every write, and throws in timers where its WebSocket is not open.
 */
export class WebSocketStream extends neonConfig {
  readonly #address: WebSocketAddress;
  readonly #openWebSocket: OpenWebSocket;
  #socket: OpenedWebSocket | undefined;
  #corked: { parts: Uint8Array[]; bytes: number } | undefined;
  #drainTimer: NodeJS.Timeout | undefined;
  #pingTimer: NodeJS.Timeout | undefined;
  #ended = false;
  #closed = false;

  constructor(options: { address: WebSocketAddress; openWebSocket: OpenWebSocket }) {
    super();
    this.#address = options.address;
    this.#openWebSocket = options.openWebSocket;
    this.useSecureWebSocket = options.address.secure;
    // TLS is the WebSocket's; the driver has none of PostgreSQL's own.
    this.forceDisablePgSSL = true;
    // It would send the password before the server has asked for it, in the clear of the protocol.
    this.pipelineConnect = false;
    this.disableWarningInBrowsers = true;
  }

  override connect(_port: number | string, _host: string, onConnect?: () => void): void {
    this.connecting = true;
    if (onConnect !== undefined) this.once('connect', onConnect);
    const socket = this.#openWebSocket(`${this.#address.secure ? 'wss' : 'ws'}://${this.#address.proxy}`);
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('open', () => this.#onOpen());
    socket.addEventListener('message', (event) => this.#onMessage(Reflect.get(event, 'data')));
    socket.addEventListener('error', (event) => this.destroy(errorOf(event, { connecting: this.connecting })));
    socket.addEventListener('close', (event) => this.#onClose(Reflect.get(event, 'code')));
  }

  override write(data: Uint8Array | string, second?: string | WriteCallback, third?: WriteCallback): boolean {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    // pg leaves the encoding out.
    const callback = typeof second === 'function' ? second : third;
    if (this.#socket?.readyState !== open || this.destroyed) {
      callback?.(new Error('Connection terminated: the WebSocket is not open'));
      return false;
    }
    if (bytes.length > 0) this.#send(bytes);
    callback?.();
    const unsent = this.#socket.bufferedAmount + (this.#corked?.bytes ?? 0);
    if (unsent <= highWaterMark) return true;
    this.#drainTimer ??= setTimeout(() => this.#askForDrain(), drainPollMs);
    return false;
  }

  cork(): void {
    this.#corked ??= { parts: [], bytes: 0 };
  }

  uncork(): void {
    this.#flush();
    this.#corked = undefined;
  }

  /** Where the WebSocket cannot stop reading, what comes goes on being told. */
  pause(): void {
    this.#socket?.pause?.();
  }

  resume(): void {
    this.#socket?.resume?.();
  }

  override end(data?: Uint8Array | string, _encoding?: string, callback?: () => void): this {
    if (data !== undefined && data.length > 0) this.write(data);
    this.uncork();
    this.#ended = true;
    this.writable = false;
    // A paused socket would not read the other side's farewell.
    this.resume();
    if (this.#socket === undefined) this.#finish();
    else this.#socket.close();
    callback?.();
    return this;
  }

  /** Ends the connection at once; what was not sent is lost. `error` is told before `close`. */
  override destroy(error?: Error): this {
    if (this.destroyed) return this;
    this.destroyed = true;
    this.writable = false;
    if (this.#socket?.terminate !== undefined) this.#socket.terminate();
    else this.#socket?.close();
    // As a socket does: whoever calls this is not called back in the middle of it.
    queueMicrotask(() => this.#finish(error));
    return this;
  }

  #onOpen(): void {
    if (this.destroyed) return;
    this.connecting = false;
    this.pending = false;
    const { ping } = this.#socket ?? {};
    if (ping !== undefined) this.#pingTimer = setInterval(() => this.#socket?.ping?.(), pingMs).unref();
    this.emit('connect');
    this.emit('ready');
  }

  #onMessage(data: unknown): void {
    if (this.destroyed) return;
    try {
      if (!(data instanceof ArrayBuffer)) throw new Error('the proxy sent a text message where bytes were due');
      this.emit('data', Buffer.from(data));
    } catch (cause) {
      // What a listener throws would else end the process: nobody stands above an event.
      this.destroy(cause instanceof Error ? cause : new Error(String(cause)));
    }
  }

  #onClose(code: unknown): void {
    if (this.destroyed) return;
    const expected = this.#ended || this.connecting;
    this.destroyed = true;
    this.writable = false;
    this.#finish(expected ? undefined : new Error(`Connection terminated unexpectedly (WebSocket close ${code})`));
  }

  #finish(error?: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    this.destroyed = true;
    clearTimeout(this.#drainTimer);
    clearInterval(this.#pingTimer);
    if (error !== undefined) this.emit('error', error);
    this.emit('close');
  }

  #send(bytes: Uint8Array): void {
    if (this.#corked === undefined) {
      this.#socket?.send(unshared(bytes));
      return;
    }
    this.#corked.parts.push(bytes);
    this.#corked.bytes += bytes.length;
    if (this.#corked.bytes >= messageBytes) this.#flush();
  }

  #flush(): void {
    const { parts, bytes } = this.#corked ?? { parts: [], bytes: 0 };
    if (bytes === 0) return;
    this.#corked = { parts: [], bytes: 0 };
    if (this.#socket?.readyState === open) this.#socket.send(Buffer.concat(parts, bytes));
  }

  #askForDrain(): void {
    this.#drainTimer = undefined;
    if (this.destroyed || this.#socket === undefined) return;
    if (this.#socket.bufferedAmount > highWaterMark / 4) {
      this.#drainTimer = setTimeout(() => this.#askForDrain(), drainPollMs);
    } else {
      this.emit('drain');
    }
  }
}

type WriteCallback = (error?: unknown) => void;

/** An ErrorEvent as an Error, so that classifyError can tell a handshake that came to nothing from a lost connection. */
function errorOf(event: object, { connecting }: { connecting: boolean }): Error {
  const inner: unknown = Reflect.get(event, 'error');
  const told: unknown = Reflect.get(event, 'message');
  const error =
    inner instanceof Error ? inner : new Error(typeof told === 'string' && told !== '' ? told : 'no reason');
  // The network's own, ECONNREFUSED and the like, speaks for itself.
  if ('code' in error && /^E[A-Z]+$/.test(String(error.code))) return error;
  const message = connecting ? `no WebSocket was opened: ${error.message}` : `Connection terminated: ${error.message}`;
  return Object.assign(new Error(message, { cause: error }), connecting ? { code: handshakeFailed } : {});
}

/** The standard's WebSocket sends nothing that lies in shared memory. */
function unshared(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = bytes;
  return buffer instanceof ArrayBuffer ? new Uint8Array(buffer, byteOffset, byteLength) : new Uint8Array(bytes);
}
