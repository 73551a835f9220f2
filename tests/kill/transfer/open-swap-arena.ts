import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster } from '#tests/support/postgres-cluster.ts';
import { runSql } from '#tests/support/with-client.ts';
import { buildHome, createRoles, keeper } from './build-home.ts';
import { reader } from './generation.ts';
import { loginAs } from './login-as.ts';
import type { TransferArena } from './transfer-arena.ts';
import type { TransferTarget } from './transfer-target.ts';
import { watchSwap } from './watch-swap.ts';

const source = 'studio';
const live = 'live_studio';

/** Starts PostgreSQL 16 and 18, fills the source, and has the target serve generation -1. */
export async function openSwapArena(): Promise<TransferArena> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-transfers-'));
  // Each keeps what it has acknowledged only where it is asked to: 10 s pass until the rest comes to the disk.
  const [old, next] = await Promise.all([
    startCluster({ major: 16, settings: { synchronous_commit: 'on' } }),
    startCluster({ major: 18, settings: { synchronous_commit: 'off', wal_writer_delay: '10s' } }),
  ]);
  let kept = false;
  const close = async (): Promise<void> => {
    await Promise.all([old.stop(), next.stop()]);
    if (!kept) await rm(folder, { recursive: true, force: true });
  };
  try {
    await mkdir(join(folder, 'said'));
    await Promise.all([createRoles(old.url), createRoles(next.url)]);
    await Promise.all([
      buildHome(old.url, { database: source, generation: 0 }),
      buildHome(next.url, { database: live, generation: -1 }),
    ]);
    await runSql(next.url, `${belongings}; checkpoint`);
  } catch (cause) {
    await close();
    throw cause;
  }
  const target: TransferTarget = {
    url: loginAs(next.url, { ...keeper, database: live }),
    strategy: 'database-swap',
    env: {},
    config: {},
    proxied: true,
    readerUrl: loginAs(next.url, { ...reader, database: live }),
    liveUrl: () => next.urlOf(live),
    serverUrls: () => [next.url],
    async listBeside() {
      const rows = await runSql(next.url, `select datname from pg_database where datname ~ '^${live}.' order by 1`);
      return rows.map(({ datname }) => datname ?? '');
    },
    expectedBeside: (restore, standing) =>
      standing === 'live' || standing === 'rolled-back' ? [nameAside(restore, standing)] : [],
    asideUrl: (restore, standing) => next.urlOf(nameAside(restore, standing)),
    watchCutover: () => watchSwap(next.url, { live }),
    // Ended by the swap; found the name gone after waiting for its lock.
    interruptions: ['57P01', '3D000'],
    async [Symbol.asyncDispose]() {
      // The next round goes on with it.
    },
  };
  return {
    folder,
    keep: () => {
      kept = true;
    },
    sourceUrl: loginAs(old.url, { ...keeper, database: source }),
    sourceSuperUrl: old.urlOf(source),
    openTarget: async () => target,
    [Symbol.asyncDispose]: close,
  };
}

function nameAside(restore: string, standing: 'live' | 'rolled-back'): string {
  return `${live}__${standing === 'live' ? 'before' : 'rolled_back'}_${restore}`;
}

/** What belongs to the database and not to its content: every cut-over has to bring it along. */
const belongings = `
  alter database ${live} set work_mem = '7MB';
  alter role ${reader.name} in database ${live} set statement_timeout = '20s';
  alter database ${live} connection limit 177;
  comment on database ${live} is 'what everybody uses';
  revoke connect on database ${live} from public;
  grant connect on database ${live} to ${reader.name}`;
