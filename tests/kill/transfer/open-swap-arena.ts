import { startCluster } from '#tests/support/postgres-cluster.ts';
import { runSql } from '#tests/support/with-client.ts';
import { buildHome, createRoles, dressHome, keeper } from './build-home.ts';
import { reader } from './generation.ts';
import { loginAs } from './login-as.ts';
import { openFolder } from './open-folder.ts';
import type { TransferArena, TransferHomes } from './transfer-arena.ts';
import type { TransferTarget } from './transfer-target.ts';
import { watchSwap } from './watch-swap.ts';

const source = 'studio';
const live = 'live_studio';

/** Starts PostgreSQL 16 and 18, fills the source, and has the target serve generation -1. */
export async function openSwapArena({ scale }: { scale?: number | undefined } = {}): Promise<TransferArena> {
  await using opening = new AsyncDisposableStack();
  const { folder, keep } = opening.use(await openFolder());
  // Each keeps what it has acknowledged only where it is asked to: 10 s pass until the rest comes to the disk.
  const [old, next] = await Promise.all([
    startCluster({ major: 16, settings: { synchronous_commit: 'on' } }),
    startCluster({ major: 18, settings: { synchronous_commit: 'off', wal_writer_delay: '10s' } }),
  ]);
  opening.use(old);
  opening.use(next);
  await Promise.all([createRoles(old.url), createRoles(next.url)]);
  await Promise.all([
    buildHome(old.url, { database: source, generation: 0, scale }),
    buildHome(next.url, { database: live, generation: -1, scale }),
  ]);
  await dressHome(next.url, live);
  await runSql(next.url, 'checkpoint');

  const listBeside = async (): Promise<string[]> => {
    const rows = await runSql(next.url, `select datname from pg_database where datname ~ '^${live}.' order by 1`);
    return rows.map(({ datname }) => datname ?? '');
  };
  const target: TransferTarget = {
    ...{ strategy: 'database-swap', env: {}, config: {}, proxied: true },
    url: loginAs(next.url, { ...keeper, database: live }),
    readerUrl: loginAs(next.url, { ...reader, database: live }),
    liveUrl: () => next.urlOf(live),
    serverUrls: () => [next.url],
    async judgeBeside(restore, standing) {
      const found = (await listBeside()).join(', ');
      const wanted = standing === 'live' || standing === 'rolled-back' ? nameAside(restore, standing) : '';
      return found === wanted ? [] : [`beside the target lies ${found || 'nothing'} instead of ${wanted || 'nothing'}`];
    },
    asideUrl: (restore, standing) => next.urlOf(nameAside(restore, standing)),
    watchCutover: () => watchSwap(next.url, { live }),
    disturb: () => undefined,
    untilCrashable: async () => undefined,
    // Ended by the swap; found the name gone after waiting for its lock.
    interruptions: ['57P01', '3D000'],
  };
  const homes: TransferHomes = {
    source: { url: loginAs(old.url, { ...keeper, database: source }), superUrl: old.urlOf(source), config: {} },
    target,
    async [Symbol.asyncDispose]() {
      // The next round goes on with them.
    },
  };
  const opened = opening.move();
  return { folder, keep, openHomes: async () => homes, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

function nameAside(restore: string, standing: 'live' | 'rolled-back'): string {
  return `${live}__${standing === 'live' ? 'before' : 'rolled_back'}_${restore}`;
}
