import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { UsageError } from '#lib/errors/usage-error.ts';
import { processState } from '#lib/process/process-state.ts';

/** An event as it is sent; the runner adds an id and a time where they are missing. */
export const sentEvent = z.object({
  id: z.string().min(1).optional(),
  name: z.string().min(1),
  /** Epoch milliseconds. */
  ts: z.number().optional(),
  data: z.unknown().optional(),
  v: z.string().optional(),
  meta: z.unknown().optional(),
});
export type SentEvent = z.infer<typeof sentEvent>;

/** A local runner that stands in for the server of a client. */
export interface ClientRoute {
  /** Takes events durably and answers their ids. */
  send: (events: SentEvent[]) => Promise<string[]>;
  /** Random and never told: an HTTP endpoint of the same client answers nobody while the runner is there. */
  signingKey: string;
}

/** Routes by client id. */
const routes = (): Map<string, ClientRoute> => processState('local-runner-routes', () => new Map());

/** The runner attached to the client of that id, if there is one in this process. */
export function findClientRoute(clientId: string): ClientRoute | undefined {
  return routes().get(clientId);
}

/** Sends everything the client sends to `send` from here on; returns the way back. */
export function attachClientRoute(clientId: string, send: ClientRoute['send']): () => void {
  if (routes().has(clientId)) {
    throw new UsageError(`the Inngest client ${clientId} already has a local runner in this process`, {
      code: 'local_runner_attached',
      hint: 'Close the first runner, or make a client with another id.',
    });
  }
  routes().set(clientId, { send, signingKey: `signkey-local-${randomBytes(32).toString('hex')}` });
  return () => {
    routes().delete(clientId);
  };
}

/** The `fetch` of a client: over the network, or, while a local runner is attached, to that runner and nowhere else. */
export function createRoutedFetch(clientId: string): typeof globalThis.fetch {
  return async (input, init) => {
    const route = findClientRoute(clientId);
    if (route === undefined) return globalThis.fetch(input, init);
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    if (!pathname.startsWith('/e/')) {
      // Signals, realtime, metadata and checkpoints all need a server.
      return Response.json({ error: `the local runner does not support ${pathname}`, status: 501 }, { status: 501 });
    }
    const body: unknown = JSON.parse(await new Response(init?.body ?? null).text());
    return Response.json({ ids: await route.send(z.array(sentEvent).parse(body)), status: 200 });
  };
}
