import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { listenOnFreePort } from './listen-on-free-port.ts';

/** A request that was received whole. */
export interface Received {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** How a receiver answers; `hang`: never. */
export type Answer = { status: number; body?: string; headers?: Record<string, string> } | 'hang';

export interface WebhookReceiver extends AsyncDisposable {
  url: string;
  received: Received[];
  /** The answers to come, in order; when they are used up it is `fallback` again. */
  answers: Answer[];
}

/** A real HTTP receiver on this machine that remembers what it was sent. */
export async function openReceiver(
  fallback: Answer | ((received: Received) => Answer) = { status: 204 },
): Promise<WebhookReceiver> {
  const received: Received[] = [];
  const answers: Answer[] = [];
  const server = createServer((request, response) => void take(request, response));
  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = request;
    const one = { method, path, headers, body: await text(request) };
    received.push(one);
    const answer = answers.shift() ?? (typeof fallback === 'function' ? fallback(one) : fallback);
    if (answer === 'hang') return;
    response.writeHead(answer.status, answer.headers).end(answer.body);
  }
  const port = await listenOnFreePort(server);
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    answers,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
