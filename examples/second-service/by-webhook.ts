import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';

/**
 * A second service without Inngest: `POST /releases {"version": "1.4.0"}` asks Holdfast for a backup, and the release is
 * let go when Holdfast's signed webhook says that this backup was completed. docs/events.md tells how to run it.
 */
const port = Number(process.env['PORT'] ?? '4000');
const holdfast = process.env['HOLDFAST_URL'] ?? 'http://localhost:3000';
const token = process.env['HOLDFAST_TOKEN'] ?? '';
const connection = process.env['CONNECTION'] ?? 'production';
const webhook = new Webhook(process.env['WEBHOOK_SECRET'] ?? '');

const requestSchema = z.object({ version: z.string() });
const takenSchema = z.object({ ids: z.tuple([z.string()]) });
const runSchema = z.object({ run: z.object({ eventId: z.string() }) });
/** Of a webhook's body that tells how a backup has ended. */
const endedSchema = z.object({
  data: z.object({ kind: z.literal('backup'), event: z.string(), run: z.string(), backup: z.string().nullable() }),
});

interface Release {
  version: string;
  /** The id under which Holdfast has sent the event: the run carries it. */
  event: string | null;
  state: 'waiting for its backup' | 'released' | 'held back';
  run: string | null;
  backup: string | null;
}

/** In memory: a real service keeps both in its database. */
const releases = new Map<string, Release>();
const seen = new Set<string>();

createServer((request, response) => {
  answer(request, response).catch((cause: unknown) => {
    console.error(cause);
    // Holdfast sends a webhook again that was not taken.
    send(response, 500, { error: 'unexpected' });
  });
}).listen(port, '127.0.0.1', () => console.log(`listening on ${port}`));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request);
  switch (`${request.method} ${request.url}`) {
    case 'POST /releases':
      return send(response, 202, await askForBackup(requestSchema.parse(JSON.parse(body)).version));
    case 'GET /releases':
      return send(response, 200, [...releases.values()]);
    case 'POST /holdfast':
      return send(response, await react(request, body), {});
    default:
      return send(response, 404, {});
  }
}

/** The id makes one backup of a release, however often it is asked for; the one that is answered names the run of it. */
async function askForBackup(version: string): Promise<Release> {
  const asked = { version, event: null, state: 'waiting for its backup', run: null, backup: null } as const;
  const release: Release = releases.get(version) ?? { ...asked };
  releases.set(version, release);
  const event = { name: 'holdfast/backup.requested', id: `release-${version}`, data: { connection, label: version } };
  const sent = await fetch(`${holdfast}/api/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(event),
  });
  if (!sent.ok) throw new Error(`Holdfast answered ${sent.status}: ${await sent.text()}`);
  [release.event] = takenSchema.parse(await sent.json()).ids;
  return release;
}

/** Answers the status for the sender: 204 is taken, and every other one brings the message again. */
async function react({ headers }: IncomingMessage, body: string): Promise<number> {
  let message: unknown;
  try {
    const signed = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    message = webhook.verify(body, signed);
  } catch {
    return 401;
  }
  const id = String(headers['webhook-id']);
  const ended = endedSchema.safeParse(message);
  if (!ended.success || seen.has(id)) return 204;
  const { event, run, backup } = ended.data.data;
  const asked = await eventIdOfRun(run);
  const release = [...releases.values()].find((one) => one.event === asked);
  if (release !== undefined) {
    Object.assign(release, { run, backup, state: event === 'success' ? 'released' : 'held back' });
    console.log(`${release.version} is ${release.state}: backup ${backup} of run ${run}`);
  }
  seen.add(id);
  return 204;
}

async function eventIdOfRun(run: string): Promise<string> {
  const answered = await fetch(`${holdfast}/api/v1/runs/${run}`, { headers: { authorization: `Bearer ${token}` } });
  if (!answered.ok) throw new Error(`Holdfast answered ${answered.status} for run ${run}.`);
  return runSchema.parse(await answered.json()).run.eventId;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(status === 204 ? undefined : JSON.stringify(body));
}
