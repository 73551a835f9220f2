import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRepository } from '#lib/repository/open-repository.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { type ClusterName, createDatabase } from '#tests/support/test-database.ts';
import { type AppServer, startApp } from './app-server.ts';

/** A database of a place. */
interface PlaceDatabase {
  cluster: ClusterName;
  /** Fills it before the app starts. */
  fill?: (url: string) => Promise<unknown>;
  /** The connections of the app that are this database: the one of its own name where none are given. */
  connections?: readonly string[];
}

export interface AppPlaceOptions {
  databases?: Record<string, PlaceDatabase>;
  /** The config of the app, whose file is in the folder of the place; none is written where it is not given. */
  config?: object;
  /** More of the app's environment, from the URLs of the databases. */
  environment?: (urlOf: (database: string) => string) => Record<string, string>;
}

/** A running app with a folder, databases, a repository and a state folder of its own. */
export interface AppPlace extends AsyncDisposable {
  folder: string;
  app: AppServer;
  urlOf(database: string): string;
  /** The repository of the app, which is made where there is none yet. */
  openRepository(): Promise<Repository>;
}

export async function openAppPlace(options: AppPlaceOptions): Promise<AppPlace> {
  await using opening = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-app-'));
  opening.defer(() => rm(folder, { recursive: true }));
  const location = `file:${join(folder, 'repository')}`;
  const environment: Record<string, string> = {
    HOLDFAST_REPOSITORY: location,
    HOLDFAST_STATE: join(folder, 'state'),
  };
  const urls = new Map<string, string>();
  for (const [name, { cluster, fill, connections = [name] }] of Object.entries(options.databases ?? {})) {
    const { url } = opening.use(await createDatabase({ cluster }));
    await fill?.(url);
    urls.set(name, url);
    for (const connection of connections) environment[`HOLDFAST_DATABASE_${connection.toUpperCase()}_URL`] = url;
  }
  const urlOf = (database: string): string => {
    const url = urls.get(database);
    if (url === undefined) throw new Error(`the place has no database ${database}`);
    return url;
  };
  if (options.config !== undefined) {
    environment['HOLDFAST_CONFIG'] = join(folder, 'holdfast.config.ts');
    await writeFile(environment['HOLDFAST_CONFIG'], `export default ${JSON.stringify(options.config)};\n`);
  }
  const app = opening.use(await startApp({ environment: { ...environment, ...options.environment?.(urlOf) } }));
  const opened = opening.move();
  return {
    folder,
    app,
    urlOf,
    openRepository: () => openRepository({ location, access: 'write' }),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
