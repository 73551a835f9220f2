import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { processState } from '#lib/process/process-state.ts';

/** Carries the address of the socket to the routes, which see no socket. What a client writes there is overwritten. */
export const peerHeader = 'x-holdfast-peer';

/**
 * From here on each request of this process carries the address it came from: Next.js tells it by `X-Forwarded-For`,
 * but leaves what the client has written there. `http.server.request.start` is told of each request before its server
 * is (Node.js, "Diagnostics Channel", HTTP).
 */
export function carryPeerAddresses(): void {
  const state = processState('peer-addresses', () => ({ subscribed: false }));
  if (state.subscribed) return;
  state.subscribed = true;
  subscribe('http.server.request.start', (message) => {
    if (isStart(message)) message.request.headers[peerHeader] = message.request.socket.remoteAddress ?? '';
  });
}

function isStart(message: unknown): message is { request: IncomingMessage } {
  return typeof message === 'object' && message !== null && 'request' in message;
}
