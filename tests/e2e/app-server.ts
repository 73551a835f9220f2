import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectFolder } from './build-app.ts';
import { type Exit, spawnServer } from './spawn-server.ts';

export const token = 'e2e-token';

/** A running `next start` of the built app. */
export interface AppServer extends AsyncDisposable {
  /** Where it listens. @throws where it does not yet. */
  readonly url: string;
  /** Everything it has printed so far. */
  log(): string;
  exited: Promise<Exit>;
  kill(signal: NodeJS.Signals): Promise<Exit>;
  /** Calls the API with the token; `body` makes it a POST. */
  call(path: string, body?: unknown): Promise<{ status: number; json: unknown }>;
}

interface AppOptions {
  /** Beside PATH and the token nothing else reaches the app. */
  environment: Record<string, string>;
  /** Any free one, which the app takes itself, where none is given. */
  port?: number;
}

/** Starts the built app and waits until it takes requests. */
export async function startApp(options: AppOptions): Promise<AppServer> {
  const app = spawnApp(options);
  const ended = app.exited.then(({ status }) => {
    throw new Error(`the app ended with ${status}:\n${app.log()}`);
  });
  const ready = async (): Promise<void> => {
    while (!(await isUp(app))) await sleep(50);
  };
  await Promise.race([ready(), ended]);
  return app;
}

/** The same without waiting. */
export function spawnApp({ environment, port = 0 }: AppOptions): AppServer {
  const next = join(projectFolder, 'node_modules/next/dist/bin/next');
  const { log, exited, kill } = spawnServer({
    program: process.execPath,
    arguments: [next, 'start', '-p', String(port), '-H', '127.0.0.1'],
    folder: projectFolder,
    env: {
      PATH: process.env['PATH'],
      TZ: 'UTC',
      NODE_ENV: 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      HOLDFAST_TOKEN: token,
      ...environment,
    },
  });
  return {
    get url() {
      const url = findUrl(log());
      if (url === undefined) throw new Error(`the app does not listen yet:\n${log()}`);
      return url;
    },
    log,
    exited,
    kill,
    async call(path, body) {
      const response = await fetch(`${this.url}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: body === undefined ? null : JSON.stringify(body),
      });
      return { status: response.status, json: await response.json() };
    },
    async [Symbol.asyncDispose]() {
      await kill('SIGKILL');
    },
  };
}

/** The address that `next start` prints once it has its port. */
function findUrl(log: string): string | undefined {
  return /- Local: +(http:\/\/\S+)/.exec(log)?.[1];
}

async function isUp({ log }: AppServer): Promise<boolean> {
  const url = findUrl(log());
  if (url === undefined) return false;
  try {
    await fetch(`${url}/api/health`);
    return true;
  } catch {
    // Nobody listens yet.
    return false;
  }
}
