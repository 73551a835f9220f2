import { type RequestHandler, serve } from 'inngest/next';
import { inngest } from '#inngest/client.ts';
import { loadFunctions } from '#inngest/load-functions.ts';

/** Steps talk to PostgreSQL and run pg_dump in a thread. */
export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';
/** Seconds; the same as in vercel.json. */
export const maxDuration = 800;

let served: Promise<ReturnType<typeof serve>> | undefined;

/**
 * Where Inngest calls the functions. `streaming` holds the connection open through a step of minutes. The schedules come
 * from the config, which is read with the first request: a build has no environment to read it in. A config that does
 * not load answers every request with its error, so that an engine keeps the schedules it knows.
 */
function loadHandlers(): Promise<ReturnType<typeof serve>> {
  served ??= loadFunctions().then((functions) =>
    serve({ client: inngest, functions, streaming: true, enableUnauthedSync: false }),
  );
  // The next request tries again.
  served.catch(() => {
    served = undefined;
  });
  return served;
}

export const GET: RequestHandler = async (request, context) => (await loadHandlers()).GET(request, context);
export const POST: RequestHandler = async (request, context) => (await loadHandlers()).POST(request, context);
export const PUT: RequestHandler = async (request, context) => (await loadHandlers()).PUT(request, context);
