import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { OperationAction } from '@neondatabase/api-client';
import type { Environment } from '#lib/config/environment.ts';
import { listenOnFreePort } from '#tests/support/listen-on-free-port.ts';
import type { PackagedMajor } from '#tests/support/postgres-binaries.ts';
import { type PostgresCluster, startCluster } from '#tests/support/postgres-cluster.ts';
import { runSql } from '#tests/support/with-client.ts';
import { errorAnswer } from './answers.ts';
import { createFaults, type Fault, type FaultRule } from './faults.ts';
import { type Ancestry, createProjectState } from './project-state.ts';
import { Refusal } from './refusal.ts';
import { answerRequest } from './routes.ts';

const owner = { name: 'app', password: 'app-of-the-tests' };
const projectId = 'holdfast-tests-000001';

/** A branch as a test looks at it. */
interface TestBranch {
  id: string;
  name: string;
  /** The parent's name. */
  parent: string | null;
  /** Where clients reach it; `null` where it has no endpoint. */
  host: string | null;
}

/** Neon's control plane in small, with one project: API v2 over HTTP, and a PostgreSQL server behind every branch. */
export interface NeonControlPlane extends AsyncDisposable {
  readonly url: string;
  readonly key: string;
  readonly project: string;
  /** What a process is told of all this: key, URL of the API, project. */
  readonly environment: Environment;
  /** Every request so far: `GET /projects/x/branches`. */
  readonly requests: readonly string[];
  branches(): TestBranch[];
  /** The URL of a database through the endpoint of a branch, as its owner, who is no superuser. `main` where none is named. */
  urlOf(database: string, branch?: string): string;
  /** The same past the endpoint, as superuser. */
  superuserUrlOf(database: string, branch?: string): string;
  /** What happens to requests to come. */
  inject(rule: FaultRule): void;
  /** Nothing happens to them any more. */
  clearFaults(): void;
  failNext(action: OperationAction): void;
  /** Drops every connection of a branch's endpoint, as the restart of its compute does; answers how many there were. */
  restartCompute(branch?: string): number;
  /** Waits until no operation is under way. */
  settled(): Promise<void>;
}

/**
 * Starts it. `databases` are made empty on the default branch, for a role that may create databases. `operationMs` is
 * how long every operation takes at least.
 */
export async function startNeonControlPlane(
  options: {
    major?: PackagedMajor;
    databases?: readonly string[];
    protected?: boolean;
    ancestry?: Ancestry;
    operationMs?: number;
    branchLimitBytes?: number;
  } = {},
): Promise<NeonControlPlane> {
  const server = await startCluster({ major: options.major ?? 18, settings: { wal_level: 'logical' } });
  await createOwner(server, options.databases ?? ['shop']);
  const project = await createProjectState({
    id: projectId,
    server,
    protected: options.protected ?? false,
    ancestry: options.ancestry ?? 'chain',
    operationMs: options.operationMs ?? 20,
    branchLimitBytes: options.branchLimitBytes ?? 0,
  });
  const key = `napi_${'k'.repeat(12)}_of_the_tests`;
  const faults = createFaults();
  const requests: string[] = [];

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '', 'http://localhost');
    const path = url.pathname.replace(/^\/api\/v2/, '');
    const method = request.method ?? '';
    const text = await readText(request);
    const name = `${method} ${path}`;
    requests.push(name);
    const fault = faults.take(name);
    if (fault === 'reset') return void request.socket.resetAndDestroy();
    const refused = refusalOf(fault);
    if (refused) return send(response, refused);
    if (request.headers.authorization !== `Bearer ${key}`) {
      return send(response, { status: 401, body: errorAnswer('supplied credentials do not pass authentication') });
    }
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const answer = await answerRequest(project, { method, path, query: url.searchParams, body }).then(
      ([status, body]) => ({ status, body }),
      (cause: unknown) => refusedAnswer(cause),
    );
    if (fault === 'lose-answer') return void request.socket.resetAndDestroy();
    if (fault === 'break-answer') return send(response, { status: 500, body: errorAnswer('internal error') });
    send(response, answer);
  };

  const api = createServer((request, response) => {
    // The client went away in the middle: it learns so by its connection.
    handle(request, response).catch(() => response.destroy());
  });
  const url = `http://127.0.0.1:${await listenOnFreePort(api)}/api/v2`;

  const findBranch = (name: string) => {
    const branch = project.branches().find((one) => one.name === name);
    if (branch === undefined) throw new Error(`no branch ${name}`);
    return branch;
  };
  const endpointOf = (name: string) => {
    const { id } = findBranch(name);
    const endpoint = project.endpoints().find(({ branch }) => branch === id);
    if (endpoint === undefined) throw new Error(`branch ${name} has no endpoint`);
    return endpoint;
  };

  return {
    url,
    key,
    project: projectId,
    environment: { NEON_API_KEY: key, NEON_API_URL: url, NEON_PROJECT_ID: projectId },
    requests,
    branches: () =>
      project.branches().map(({ id, name, parent }) => {
        const endpoint = project.endpoints().find(({ branch }) => branch === id);
        const parentName = project.branches().find((one) => one.id === parent)?.name ?? null;
        return { id, name, parent: parentName, host: endpoint ? project.hostOf(endpoint) : null };
      }),
    urlOf: (database, branch = 'main') =>
      `postgres://${owner.name}:${owner.password}@${project.hostOf(endpointOf(branch))}/${encodeURIComponent(database)}`,
    superuserUrlOf: (database, branch = 'main') => findBranch(branch).server?.urlOf(database) ?? '',
    inject: faults.inject,
    clearFaults: faults.clear,
    failNext: project.operations.failNext,
    restartCompute: (branch = 'main') => endpointOf(branch).relay.cutAll(),
    settled: project.operations.settled,
    async [Symbol.asyncDispose]() {
      const closed = once(api, 'close');
      api.close();
      api.closeAllConnections();
      await closed;
      await project.stop();
    },
  };
}

/** A role as Neon's console makes them: no superuser, but one that may make databases and roles. */
async function createOwner({ url, urlOf }: PostgresCluster, databases: readonly string[]): Promise<void> {
  await runSql(
    url,
    `create role neon_superuser nologin createdb createrole bypassrls replication;
    grant pg_read_all_data, pg_write_all_data, pg_monitor, pg_signal_backend to neon_superuser;
    create role ${owner.name} login createdb createrole bypassrls replication password '${owner.password}';
    grant neon_superuser to ${owner.name}`,
  );
  for (const database of databases) {
    await runSql(url, `create database "${database}" owner ${owner.name} template template0`);
    await runSql(urlOf(database), `grant all on schema public to ${owner.name}`);
  }
}

interface Answer {
  status: number;
  body: unknown;
  retryAfter?: string | undefined;
}

function refusalOf(fault: Fault | undefined): Answer | undefined {
  if (typeof fault !== 'object') return undefined;
  const { status, message, retryAfter } = fault;
  return { status, body: errorAnswer(message ?? `the test asked for ${status}`), retryAfter };
}

function refusedAnswer(cause: unknown): Answer {
  const status = cause instanceof Refusal ? cause.status : 500;
  return { status, body: errorAnswer(cause instanceof Error ? cause.message : String(cause)) };
}

function send(response: ServerResponse, { status, body, retryAfter }: Answer): void {
  response.writeHead(status, {
    'Content-Type': 'application/json',
    ...(retryAfter === undefined ? {} : { 'Retry-After': retryAfter }),
  });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
