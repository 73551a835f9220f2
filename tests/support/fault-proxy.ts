import { Agent, createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { listenOnFreePort } from './listen-on-free-port.ts';

/**
 * What the proxy does to one request:
 * - `pass`: nothing;
 * - `delay`: passes it on after up to 50 ms;
 * - `reset`: drops the connection before anything is passed on;
 * - `cut-upload`: passes on half of the request's body, then drops both connections;
 * - `lose-answer`: lets the server do its work, then drops the connection in place of the answer;
 * - `truncate`: passes on the answer's head and half of its body, then drops the connection;
 * - `stall`: takes the request and never answers;
 * - `stall-body`: passes on the answer's head and half of its body, then nothing more;
 * - `slow-body`: passes on the answer's body in ten pieces, 20 ms apart;
 * - `trickle`: passes on the answer's head, and then a byte of its body every 50 ms;
 * - `slow-down`: answers 503 SlowDown; `too-many`: answers 429.
 */
export type Fault =
  | 'pass'
  | 'delay'
  | 'reset'
  | 'cut-upload'
  | 'lose-answer'
  | 'truncate'
  | 'stall'
  | 'stall-body'
  | 'slow-body'
  | 'trickle'
  | 'slow-down'
  | 'too-many';

export interface FaultProxy extends AsyncDisposable {
  endpoint: string;
  /** How often each fault was used. */
  counts: Map<Fault, number>;
}

/**
 * An HTTP proxy in front of one server of this machine; `choose` decides the fate of each request.
 * The Host header passes unchanged, so that signatures stay valid.
 */
export async function startFaultProxy(options: {
  port: number;
  choose: (request: { method: string; url: string; length: number }) => Fault;
}): Promise<FaultProxy> {
  const counts = new Map<Fault, number>();
  const agent = new Agent({ keepAlive: true });

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = request;
    const fault = options.choose({ method, url, length: Number(headers['content-length'] ?? 0) });
    counts.set(fault, (counts.get(fault) ?? 0) + 1);
    if (fault === 'reset') return void request.socket.resetAndDestroy();
    const body = await readAll(request);
    if (fault === 'stall') return;
    if (fault === 'slow-down' || fault === 'too-many') {
      const [status, code] = fault === 'slow-down' ? [503, 'SlowDown'] : [429, 'TooManyRequests'];
      response.writeHead(status, { 'Content-Type': 'application/xml' });
      response.end(
        `<?xml version="1.0"?><Error><Code>${code}</Code><Message>Reduce your request rate.</Message></Error>`,
      );
      return;
    }
    if (fault === 'delay') await sleep(Math.random() * 50);
    const upstream = forward({ host: '127.0.0.1', port: options.port, method, path: url, headers, agent });
    if (fault === 'cut-upload' && body.length > 0) {
      upstream.on('error', () => request.socket.resetAndDestroy());
      upstream.write(body.subarray(0, Math.ceil(body.length / 2)), () => upstream.destroy());
      return;
    }
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      upstream.on('response', resolve).on('error', reject);
      upstream.end(body);
    });
    const answerBody = await readAll(answer);
    if (fault === 'lose-answer') return void request.socket.resetAndDestroy();
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    if (fault === 'stall-body' && answerBody.length > 1) {
      response.write(answerBody.subarray(0, Math.floor(answerBody.length / 2)));
      return;
    }
    if (fault === 'truncate' && answerBody.length > 1) {
      response.write(answerBody.subarray(0, Math.floor(answerBody.length / 2)), () => request.socket.destroy());
      return;
    }
    const piece =
      fault === 'slow-body' ? Math.ceil(answerBody.length / 10) : fault === 'trickle' ? 1 : answerBody.length;
    for (let from = 0; from < answerBody.length && !response.destroyed; from += piece) {
      if (piece < answerBody.length) await sleep(fault === 'trickle' ? 50 : 20);
      response.write(answerBody.subarray(from, from + piece));
    }
    response.end();
  };

  const server = createServer((request, response) => {
    // The client or the server went away in the middle: the other side learns it by its connection.
    handle(request, response).catch(() => response.destroy());
  });
  const port = await listenOnFreePort(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    counts,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        agent.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Numbers from 0 to 1 (mulberry32): the same seed gives the same schedule. */
export function createSeededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

async function readAll(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}
