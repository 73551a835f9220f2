import type { Fault } from '#tests/support/neon-control-plane/faults.ts';
import { startNeonControlPlane } from '#tests/support/neon-control-plane/neon-control-plane.ts';
import { type PostgresCluster, startCluster } from '#tests/support/postgres-cluster.ts';
import { startWebSocketProxy } from '#tests/support/websocket-proxy.ts';
import { buildHome, createRoles, dressHome, keeper } from './build-home.ts';
import { reader } from './generation.ts';
import { judgeBranches } from './judge-branches.ts';
import { loginAs } from './login-as.ts';
import { openFolder } from './open-folder.ts';
import type { TransferArena, TransferHomes } from './transfer-arena.ts';
import { watchBranch } from './watch-branch.ts';

const database = 'studio';
/** How long every operation of the control plane takes at least. */
const operationMs = 200;

/** What becomes of changes that the API is asked for. */
const apiFaults: readonly Fault[] = [
  { status: 503 },
  { status: 429, retryAfter: '1' },
  'reset',
  'lose-answer',
  'break-answer',
];

/**
 * Every round gets a Neon project of its own. Rounds alternate in what they go over (TCP, WebSocket), in where the source
 * is (a server of another host, or another branch of the project, whose snapshot is a branch then), and in what Neon lets
 * be deleted.
 */
export async function openNeonArena(): Promise<TransferArena> {
  await using opening = new AsyncDisposableStack();
  const { folder, keep } = opening.use(await openFolder());
  const elsewhere = opening.use(await startCluster({ major: 16, settings: { synchronous_commit: 'on' } }));
  await createRoles(elsewhere.url);
  await buildHome(elsewhere.url, { database, generation: 0 });
  const opened = opening.move();
  return {
    folder,
    keep,
    openHomes: ({ number }) =>
      openNeonHomes(elsewhere, {
        driver: number % 2 === 0 ? 'tcp' : 'websocket',
        isSourceElsewhere: number % 4 < 2,
        ancestry: number % 3 === 0 ? 'detached' : 'chain',
      }),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

async function openNeonHomes(
  elsewhere: PostgresCluster,
  options: { driver: 'tcp' | 'websocket'; isSourceElsewhere: boolean; ancestry: 'chain' | 'detached' },
): Promise<TransferHomes> {
  const { driver, isSourceElsewhere, ancestry } = options;
  await using opening = new AsyncDisposableStack();
  const plane = opening.use(await startNeonControlPlane({ databases: [], ancestry, operationMs }));
  const server = plane.superuserUrlOf('postgres');
  await createRoles(server);
  await buildHome(server, { database, generation: -1 });
  await dressHome(server, database);
  const branch = isSourceElsewhere ? 'main' : 'live';
  if (!isSourceElsewhere) await createBranch(plane, branch);
  const webSocket =
    driver === 'websocket' ? opening.use(await startWebSocketProxy({ servers: [], local: true })) : undefined;
  const way = webSocket ? { driver, wsProxy: webSocket.address } : { driver };
  const { project } = plane;
  const home = (role: typeof keeper, of: string): string => loginAs(plane.urlOf('postgres', of), { ...role, database });
  const opened = opening.move();
  return {
    source: isSourceElsewhere
      ? { url: loginAs(elsewhere.url, { ...keeper, database }), superUrl: elsewhere.urlOf(database), config: {} }
      : {
          url: home(keeper, 'main'),
          superUrl: plane.superuserUrlOf(database, 'main'),
          config: { ...way, neon: { project, branch: 'main' } },
        },
    target: {
      ...{ strategy: 'neon-branch', proxied: false, url: home(keeper, branch), readerUrl: home(reader, branch) },
      // Through endpoint and proxy a session takes its time: fewer, longer steps.
      env: { NEON_API_KEY: plane.key, NEON_API_URL: plane.url, HOLDFAST_STEP_BUDGET: '500ms' },
      config: { ...way, neon: { project, branch } },
      liveUrl: () => plane.superuserUrlOf(database, branch),
      serverUrls: () => plane.branches().map(({ name }) => plane.superuserUrlOf('postgres', name)),
      judgeBeside: (restore, standing) => judgeBranches(plane, { restore, standing, ancestry, database }),
      asideUrl: (restore, standing) =>
        plane.superuserUrlOf(database, `holdfast-${standing === 'live' ? 'before' : 'rolled-back'}-${restore}`),
      watchCutover: () => watchBranch(plane, branch),
      disturb(chance) {
        const fault = apiFaults[Math.floor(chance * 2 * apiFaults.length)];
        if (fault !== undefined) {
          plane.inject({ fault, matching: /^(POST|DELETE|PATCH) /, times: 2 });
          return `answers of Neon's API to come: ${JSON.stringify(fault)}`;
        }
        plane.restartCompute(branch);
        webSocket?.cutAll();
        return `restarted the compute of ${branch}`;
      },
      untilCrashable: () => plane.settled(),
      // The endpoint drops every connection when the branch is restored.
      interruptions: ['ECONNRESET', 'Connection terminated unexpectedly'],
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

async function createBranch(plane: Awaited<ReturnType<typeof startNeonControlPlane>>, name: string): Promise<void> {
  const answer = await fetch(`${plane.url}/projects/${plane.project}/branches`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${plane.key}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ branch: { name }, endpoints: [{ type: 'read_write' }] }),
  });
  if (!answer.ok) throw new Error(`branch ${name}: ${answer.status} ${await answer.text()}`);
  await plane.settled();
}
