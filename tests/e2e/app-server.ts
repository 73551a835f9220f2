import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from '#tests/support/find-free-port.ts';
import { projectFolder } from './build-app.ts';
import { type Exit, spawnServer } from './spawn-server.ts';

export const token = 'e2e-token';

/** A running `next start` of the built app. */
export interface AppServer extends AsyncDisposable {
  url: string;
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
  port?: number | undefined;
}

/** Starts the built app and waits until it takes requests. */
export async function startApp(options: AppOptions): Promise<AppServer> {
  const app = await spawnApp(options);
  const ended = app.exited.then(({ status }) => {
    throw new Error(`the app ended with ${status}:\n${app.log()}`);
  });
  const ready = async (): Promise<void> => {
    while (!(await isUp(app.url))) await sleep(50);
  };
  await Promise.race([ready(), ended]);
  return app;
}

/** The same without waiting. */
export async function spawnApp({ environment, port }: AppOptions): Promise<AppServer> {
  const listensOn = port ?? (await findFreePort());
  const next = join(projectFolder, 'node_modules/next/dist/bin/next');
  const { log, exited, kill } = spawnServer({
    program: process.execPath,
    arguments: [next, 'start', '-p', String(listensOn), '-H', '127.0.0.1'],
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
  const url = `http://127.0.0.1:${listensOn}`;
  return {
    url,
    log,
    exited,
    kill,
    async call(path, body) {
      const response = await fetch(`${url}${path}`, {
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

async function isUp(url: string): Promise<boolean> {
  try {
    await fetch(`${url}/api/health`);
    return true;
  } catch {
    // Nobody listens yet.
    return false;
  }
}
