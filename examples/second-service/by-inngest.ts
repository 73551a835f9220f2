import { createServer } from 'node:http';
import { Inngest } from 'inngest';
import { serve } from 'inngest/node';
import { createReleaseAfterBackup } from './release-after-backup.ts';

/**
 * The same second service where both have an Inngest: it sends `holdfast/backup.requested` and runs a function of its own
 * on `holdfast/backup.completed`. Both use the same event key, and each serves its functions at its own address.
 */
const port = Number(process.env['PORT'] ?? '4000');
const connection = process.env['CONNECTION'] ?? 'production';
const inngest = new Inngest({ id: 'second-service' });

const releaseAfterBackup = createReleaseAfterBackup(inngest, connection);
const handle = serve({ client: inngest, functions: [releaseAfterBackup] });

createServer((request, response) => {
  if (request.url?.startsWith('/api/inngest')) return void handle(request, response);
  if (request.method !== 'POST' || request.url !== '/releases') return void response.writeHead(404).end();
  inngest.send({ name: 'holdfast/backup.requested', data: { connection, label: 'release' } }).then(
    ({ ids }) => response.writeHead(202, { 'content-type': 'application/json' }).end(JSON.stringify({ ids })),
    (cause: unknown) => response.writeHead(503).end(String(cause)),
  );
}).listen(port, '127.0.0.1', () => console.log(`listening on ${port}`));
