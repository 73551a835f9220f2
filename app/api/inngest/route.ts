import { serve } from 'inngest/next';
import { inngest } from '#inngest/client.ts';
import { functions } from '#inngest/functions.ts';

/** Steps talk to PostgreSQL and run pg_dump in a thread. */
export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';
/** Seconds; the same as in vercel.json. */
export const maxDuration = 800;

/** Where Inngest calls the functions. `streaming` holds the connection open through a step of minutes. */
export const { GET, POST, PUT } = serve({ client: inngest, functions, streaming: true, enableUnauthedSync: false });
