import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { z } from 'zod';
import { type SentEvent, sentEvent } from '#inngest/local/client-route.ts';
import { listenOnFreePort } from './listen-on-free-port.ts';

/** The event API of an Inngest server (`POST /e/<key>`, https://www.inngest.com/docs/events), and nothing else of one. */
export interface EventApi extends AsyncDisposable {
  url: string;
  /** What the requests carried. */
  received: SentEvent[];
}

/** Takes events with this key and hands them on; like Inngest it answers with ids of its own. */
export async function startEventApi(options: {
  key: string;
  onEvents: (events: SentEvent[]) => Promise<void>;
}): Promise<EventApi> {
  const received: SentEvent[] = [];
  const server = createServer(async (request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.method !== 'POST' || request.url !== `/e/${options.key}`) {
      response.writeHead(401).end(JSON.stringify({ error: 'Event key not found', status: 401 }));
      return;
    }
    const events = z.array(sentEvent).parse(await json(request));
    received.push(...events);
    await options.onEvents(events);
    response.end(JSON.stringify({ ids: events.map((_, index) => `01ENGINE${index}`), status: 200 }));
  });
  const port = await listenOnFreePort(server);
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
