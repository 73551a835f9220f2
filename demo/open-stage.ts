import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { overrideEnvironment } from '#lib/config/environment.ts';
import { startCluster } from '#tests/support/postgres-cluster.ts';
import { runSql } from '#tests/support/with-client.ts';

/** Everything the demo leaves on disk; made anew by each demo. */
const folder = relative(process.cwd(), fileURLToPath(new URL('../.demo', import.meta.url))) || '.demo';
const config = relative(process.cwd(), fileURLToPath(new URL('./holdfast.config.ts', import.meta.url)));

/** Where the demo plays. */
export interface Stage {
  /** URL of the studio's database on PostgreSQL 16. */
  source: string;
  /** URL of the empty database on PostgreSQL 18. */
  target: string;
  /** `HOLDFAST_REPOSITORY` of the demo. */
  repository: string;
  /** A file that sets the demo's variables in a shell; paths in it hang on the folder the demo was started in. */
  shellFile: string;
}

/** Both servers as they start; `stop` waits for a start under way and takes down what it gave. */
export interface Servers {
  started: Promise<Stage>;
  stop(): Promise<void>;
}

/** Starts the two servers, empties the demo's folder, and points this process's Holdfast at them. */
export function openStage(): Servers {
  const starting = [startCluster({ major: 16 }), startCluster({ major: 18 })] as const;
  return {
    started: setStage(starting),
    async stop() {
      for (const outcome of await Promise.allSettled(starting)) {
        if (outcome.status === 'fulfilled') await outcome.value.stop();
      }
    },
  };
}

async function setStage(starting: readonly [ReturnType<typeof startCluster>, ReturnType<typeof startCluster>]) {
  const [source, target] = await Promise.all(starting);
  await runSql(source.url, 'create database studio template template0');
  await runSql(target.url, 'create database studio_copy template template0');
  await runSql(target.url, 'create database studio_staging template template0');
  const variables = {
    DATABASE_URL: source.urlOf('studio'),
    NEON_DATABASE_URL: target.urlOf('studio_copy'),
    // Left empty for those who want to try a restore themselves.
    HOLDFAST_DATABASE_STAGING_URL: target.urlOf('studio_staging'),
    HOLDFAST_REPOSITORY: `file:${join(folder, 'repository')}`,
    HOLDFAST_STATE: join(folder, 'state'),
    HOLDFAST_CONFIG: config,
    // The demo needs no Inngest server, also where one is configured.
    ...{ INNGEST_BASE_URL: '', INNGEST_DEV: '', INNGEST_EVENT_KEY: '' },
  };
  overrideEnvironment(variables);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const shellFile = join(folder, 'env.sh');
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}='${value}'\n`);
  await writeFile(shellFile, lines.join(''), { mode: 0o600 });
  return {
    source: variables.DATABASE_URL,
    target: variables.NEON_DATABASE_URL,
    repository: variables.HOLDFAST_REPOSITORY,
    shellFile,
  };
}
