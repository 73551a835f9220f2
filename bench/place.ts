import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillDataset } from '#bench/datasets.ts';
import { type Measured, measure } from '#bench/measure.ts';
import { findSystemPostgres } from '#tests/support/postgres-binaries.ts';
import { type PostgresCluster, startSystemCluster } from '#tests/support/postgres-cluster.ts';
import { runSql } from '#tests/support/with-client.ts';

export const benchMajor = 15;
// A restore's time depends on both by half: fixed before anything is compared.
const settings = {
  ...{ max_wal_size: '8GB', shared_buffers: '1GB', checkpoint_timeout: '1h', autovacuum: 'off' },
  ...{ fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' },
};

/** A server, a folder and the two programs that are compared, for one run of the benchmark. */
export interface BenchPlace {
  cluster: PostgresCluster;
  folder: string;
  repository: string;
  /** Runs `holdfast` on a database (or two) of the server. */
  holdfast(args: readonly string[], databases: { source: string; target?: string }): Promise<Measured>;
  /** Runs a program of PostgreSQL. */
  postgres(program: string, args: readonly string[]): Promise<Measured>;
  create(database: string): Promise<string>;
  fill(database: string, dataset: Parameters<typeof fillDataset>[1]): Promise<string>;
  forgetRepository(): Promise<void>;
}

/** Lends a PostgreSQL server of the machine and a folder for what is measured; both are gone afterwards. */
export async function withBenchPlace(body: (place: BenchPlace) => Promise<void>): Promise<void> {
  const binaries = await findSystemPostgres(benchMajor);
  await using cluster = await startSystemCluster({ major: benchMajor, settings });
  if (!cluster || !binaries) throw new Error(`This benchmark needs PostgreSQL ${benchMajor} on the machine.`);
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  const repository = join(folder, 'repository');
  const create = async (database: string): Promise<string> => {
    await runSql(cluster.url, `drop database if exists ${database} with (force)`);
    await runSql(cluster.url, `create database ${database} template template0`);
    return cluster.urlOf(database);
  };
  const place: BenchPlace = {
    cluster,
    folder,
    repository,
    create,
    holdfast: (args, { source, target }) =>
      measure(process.execPath, ['cli/holdfast.js', ...args, '--json', '--quiet'], {
        DATABASE_URL: cluster.urlOf(source),
        ...(target ? { NEON_DATABASE_URL: cluster.urlOf(target) } : {}),
        HOLDFAST_REPOSITORY: `file:${repository}`,
        HOLDFAST_STATE: join(folder, 'state'),
      }),
    postgres: (program, args) => measure(join(binaries.bin, program), args),
    async fill(database, dataset) {
      const url = await create(database);
      await fillDataset(url, dataset);
      return url;
    },
    forgetRepository: () => rm(repository, { recursive: true, force: true }),
  };
  try {
    await body(place);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
