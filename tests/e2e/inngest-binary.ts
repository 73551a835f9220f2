import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { findFreePort } from '#tests/support/find-free-port.ts';
import { spawnServer } from './spawn-server.ts';

/** A running Inngest server. */
export interface InngestServer extends AsyncDisposable {
  log(): string;
  /** Resolves when the server lists every one of these functions; before that an event may be lost. */
  lists(functions: readonly string[]): Promise<void>;
}

/** `dev` is what developers use, with no keys; `start` is the self-hosted server, where every request is signed. */
export type InngestMode = 'dev' | 'start';

const keys = { event: '0123456789abcdef', signing: 'feedfacefeedfacefeedfacefeedface' };

/** The variables by which an app finds the server on `port`. */
export function environmentFor(mode: InngestMode, port: number): Record<string, string> {
  const url = `http://127.0.0.1:${port}`;
  if (mode === 'dev') return { INNGEST_DEV: url };
  return {
    INNGEST_DEV: '0',
    INNGEST_BASE_URL: url,
    INNGEST_EVENT_KEY: keys.event,
    INNGEST_SIGNING_KEY: keys.signing,
  };
}

/**
 * Starts the server (https://www.inngest.com/docs/cli, https://www.inngest.com/docs/self-hosting) and has it register
 * the app at `appUrl`, which must be up.
 */
export async function startInngest(options: {
  binary: string;
  mode: InngestMode;
  port: number;
  appUrl: string;
  folder: string;
}): Promise<InngestServer> {
  const { binary, mode, port, appUrl, folder } = options;
  const common = ['--host', '127.0.0.1', '--port', String(port), '--sdk-url', `${appUrl}/api/inngest`];
  const own = {
    dev: ['--no-discovery'],
    // Without an interval this one asks the app once, and never again when that went wrong.
    start: ['--poll-interval', '5', '--event-key', keys.event, '--signing-key', keys.signing, '--sqlite-dir', folder],
  } as const;
  const gateway = ['--connect-gateway-port', String(await findFreePort())];
  const { log, exited, kill } = spawnServer({
    program: binary,
    arguments: [mode, ...common, ...gateway, ...own[mode]],
    folder,
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', HOME: folder, DO_NOT_TRACK: '1' },
  });
  return {
    log,
    async lists(functions) {
      const died = exited.then(({ status }) => {
        throw new Error(`the Inngest server ended with ${status}:\n${log()}`);
      });
      const listed = async (): Promise<void> => {
        while (!functions.every((slug) => known.has(slug))) {
          await sleep(500);
          known = await listFunctions(port);
        }
      };
      let known = new Set<string>();
      await Promise.race([listed(), died]);
    },
    async [Symbol.asyncDispose]() {
      await kill('SIGKILL');
    },
  };
}

const functionsSchema = z.object({ data: z.object({ functions: z.array(z.object({ slug: z.string() })).nullable() }) });

/** `GET /dev` lists them too, but answers in `dev` mode only; the dashboard's GraphQL is there in both. */
async function listFunctions(port: number): Promise<Set<string>> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/v0/gql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ functions { slug } }' }),
    });
    const { data } = functionsSchema.parse(await response.json());
    return new Set(data.functions?.map(({ slug }) => slug));
  } catch {
    // Not up yet, or not yet able to answer; a server that never is shows as a time-out, with its log.
    return new Set();
  }
}
