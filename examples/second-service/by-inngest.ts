import { createServer } from 'node:http';
import { eventType, Inngest } from 'inngest';
import { serve } from 'inngest/node';
import { z } from 'zod';

/**
 * The same second service where both have an Inngest: it sends `holdfast/backup.requested` and runs a function of its own
 * on `holdfast/backup.completed`. Both use the same event key, and each serves its functions at its own address.
 */
const port = Number(process.env['PORT'] ?? '4000');
const connection = process.env['CONNECTION'] ?? 'production';
const inngest = new Inngest({ id: 'second-service' });

/** What Holdfast sends; `inngest/events.ts` of Holdfast has all of its events. */
const backupCompleted = eventType('holdfast/backup.completed', {
  schema: z.object({ run: z.string(), connection: z.string().nullable(), backup: z.string().nullable() }),
});

const releaseAfterBackup = inngest.createFunction(
  {
    id: 'release-after-backup',
    triggers: [{ event: backupCompleted, if: `event.data.connection == '${connection}'` }],
  },
  async ({ event, step }) => {
    const released = await step.run('release', () => {
      console.log(`released after backup ${event.data.backup} of run ${event.data.run}`);
      return { backup: event.data.backup };
    });
    await step.sendEvent('released', { name: 'second-service/released', data: released });
    return released;
  },
);

const handle = serve({ client: inngest, functions: [releaseAfterBackup] });

createServer((request, response) => {
  if (request.url?.startsWith('/api/inngest')) return void handle(request, response);
  if (request.method !== 'POST' || request.url !== '/releases') return void response.writeHead(404).end();
  inngest.send({ name: 'holdfast/backup.requested', data: { connection, label: 'release' } }).then(
    ({ ids }) => response.writeHead(202, { 'content-type': 'application/json' }).end(JSON.stringify({ ids })),
    (cause: unknown) => response.writeHead(503).end(String(cause)),
  );
}).listen(port, '127.0.0.1', () => console.log(`listening on ${port}`));
