import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresCluster, startCluster } from '#tests/support/postgres-cluster.ts';
import { runSql } from '#tests/support/with-client.ts';
import { buildSource } from './build-source.ts';

/** Where a campaign takes place: two servers of its own, so that killing them disturbs nobody. */
export interface Arena extends AsyncDisposable {
  source: PostgresCluster;
  target: PostgresCluster;
  sourceUrl: string;
  /** Holds repositories, journals and what the CLI said. */
  folder: string;
  /** After `keep` the folder stays. */
  keep(): void;
}

const sourceDatabase = 'studio';

/** Starts PostgreSQL 16 and 18 and fills the source. */
export async function openArena(): Promise<Arena> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-kill-'));
  // The source keeps what it has acknowledged, as the rounds count on it. The target keeps no more than it is asked to:
  // nothing but a wait for it, or 10 s, brings a commit to the disk.
  const [source, target] = await Promise.all([
    startCluster({ major: 16, settings: { synchronous_commit: 'on' } }),
    startCluster({ major: 18, settings: { synchronous_commit: 'off', wal_writer_delay: '10s' } }),
  ]);
  let kept = false;
  const arena: Arena = {
    source,
    target,
    sourceUrl: source.urlOf(sourceDatabase),
    folder,
    keep: () => {
      kept = true;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([source.stop(), target.stop()]);
      if (!kept) await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    await mkdir(join(folder, 'said'));
    await runSql(source.url, `create database ${sourceDatabase} template template0`);
    await buildSource(arena.sourceUrl);
    return arena;
  } catch (cause) {
    await arena[Symbol.asyncDispose]();
    throw cause;
  }
}
