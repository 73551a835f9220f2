import type { Runtime } from './choose-driver.ts';

/** What we use of a WebSocket: the standard's part, and what only a package of Node's has. */
export interface OpenedWebSocket {
  binaryType: string;
  /** Bytes that were given to `send` and have not left for the network. */
  readonly bufferedAmount: number;
  readonly readyState: number;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(): void;
  addEventListener(type: 'open' | 'close' | 'error' | 'message', listener: (event: object) => void): void;
  /** Stops reading from the network, and so, by TCP's flow control, the sender. */
  pause?(): void;
  resume?(): void;
  /** Ends the connection without waiting for the other side's farewell. */
  terminate?(): void;
  ping?(): void;
}

export type OpenWebSocket = (url: string) => OpenedWebSocket;

/**
 * How a WebSocket is opened here. In Node by the package `ws`, which can stop reading; the standard's own, which every
 * other runtime has, takes in whatever comes: there the memory of a read is bounded only by what the server sends.
 */
export async function loadWebSocket(runtime: Runtime): Promise<OpenWebSocket> {
  if (runtime !== 'node') return (url) => new WebSocket(url);
  const { WebSocket: NodeWebSocket } = await import('ws');
  // COPY text is compressed by the sender of a backup; here it would cost time on both sides, and memory on a slow one.
  return (url) => new NodeWebSocket(url, { perMessageDeflate: false, skipUTF8Validation: true });
}
