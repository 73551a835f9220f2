import { OperationAction } from '@neondatabase/api-client';
import type { PostgresCluster } from '#tests/support/postgres-cluster.ts';
import { type EndpointRelay, startEndpointRelay } from './endpoint-relay.ts';
import { createOperationLog, type OperationLog, type OperationRecord } from './operation-log.ts';
import { Refusal } from './refusal.ts';

export interface BranchRecord {
  id: string;
  name: string;
  parent: string | null;
  default: boolean;
  protected: boolean;
  state: 'init' | 'ready' | 'resetting';
  /** A whole server: a branch holds roles and all databases. `null` until it is made. */
  server: PostgresCluster | null;
  /** Login passwords are not those of the parent: the parent is protected. */
  ownPasswords: boolean;
  createdAt: Date;
  updatedAt: Date;
}

export interface EndpointRecord {
  id: string;
  branch: string;
  relay: EndpointRelay;
  createdAt: Date;
}

/**
 * What becomes of the family when a branch is restored from another one. `chain`: the source becomes its parent, and a
 * root's former state stays a root that cannot be deleted (Neon manual, "Instant restore"). `detached`: the branch has
 * no parent, and what was put aside can be deleted.
 */
export type Ancestry = 'chain' | 'detached';

interface Changed {
  branch: BranchRecord;
  operations: OperationRecord[];
}

/** One Neon project. Changes answer at once and go on as operations; while one is under way no other is taken. */
export interface ProjectState {
  readonly id: string;
  readonly major: number;
  readonly createdAt: Date;
  readonly branchLimitBytes: number;
  readonly operations: OperationLog;
  branches(): BranchRecord[];
  /** By id. @throws Refusal 404. */
  branch(id: string): BranchRecord;
  endpoints(): EndpointRecord[];
  hostOf(endpoint: EndpointRecord): string;
  createBranch(request: {
    parent: string | undefined;
    name: string;
    endpoint: boolean;
  }): Promise<Changed & { endpoint: EndpointRecord | undefined }>;
  updateBranch(id: string, change: { name?: string; protected?: boolean }): Changed;
  restoreBranch(id: string, request: { source: string; preserveAs: string | undefined }): Changed;
  deleteBranch(id: string): Changed | undefined;
  createEndpoint(branch: string): Promise<{ endpoint: EndpointRecord; operations: OperationRecord[] }>;
  deleteEndpoint(id: string): { endpoint: EndpointRecord; operations: OperationRecord[] };
  stop(): Promise<void>;
}

/** A project whose default branch `main`, with an endpoint, is the given server. */
export async function createProjectState(options: {
  id: string;
  server: PostgresCluster;
  protected: boolean;
  ancestry: Ancestry;
  operationMs: number;
  branchLimitBytes: number;
}): Promise<ProjectState> {
  const { id, server: first, ancestry, branchLimitBytes } = options;
  const branches = new Map<string, BranchRecord>();
  const endpoints = new Map<string, EndpointRecord>();
  const operations = createOperationLog({ delayMs: options.operationMs });
  let numbered = 0;
  const newId = (prefix: 'br' | 'ep'): string => `${prefix}-test-${String(++numbered).padStart(4, '0')}`;

  const addBranch = (branch: Pick<BranchRecord, 'name' | 'parent' | 'ownPasswords'>): BranchRecord => {
    const at = new Date();
    const made = { ...{ id: newId('br'), default: false, protected: false, state: 'init', server: null }, ...branch };
    const record: BranchRecord = { ...made, state: 'init', createdAt: at, updatedAt: at };
    branches.set(record.id, record);
    return record;
  };
  const setReady = (branch: BranchRecord, server: PostgresCluster): void => {
    Object.assign(branch, { server, state: 'ready', updatedAt: new Date() });
    for (const { relay } of endpointsOf(branch.id)) relay.point(server.port);
  };
  const addEndpoint = async (branch: BranchRecord): Promise<EndpointRecord> => {
    const relay = await startEndpointRelay({ wrongPasswords: branch.ownPasswords });
    const endpoint = { id: newId('ep'), branch: branch.id, relay, createdAt: new Date() };
    endpoints.set(endpoint.id, endpoint);
    return endpoint;
  };
  const endpointsOf = (branch: string): EndpointRecord[] =>
    [...endpoints.values()].filter((endpoint) => endpoint.branch === branch);
  const childrenOf = (branch: string): BranchRecord[] =>
    [...branches.values()].filter(({ parent }) => parent === branch);
  const branch = (of: string): BranchRecord => {
    const found = branches.get(of);
    if (found) return found;
    throw new Refusal(404, `branch ${of} not found`);
  };
  const serverOf = (of: string): PostgresCluster => {
    const { server } = branch(of);
    if (server) return server;
    throw new Refusal(422, `branch ${of} is not ready`);
  };
  const requireFreeName = (name: string): void => {
    if ([...branches.values()].some((one) => one.name === name)) {
      throw new Refusal(409, `branch ${name} already exists`);
    }
  };
  const removeEndpoint = async (endpoint: EndpointRecord): Promise<void> => {
    endpoints.delete(endpoint.id);
    await endpoint.relay.stop();
  };

  const main = addBranch({ name: 'main', parent: null, ownPasswords: false });
  await addEndpoint(main);
  setReady(main, first);
  Object.assign(main, { default: true, protected: options.protected });

  return {
    id,
    major: first.major,
    createdAt: new Date(),
    branchLimitBytes,
    operations,
    branches: () => [...branches.values()],
    branch,
    endpoints: () => [...endpoints.values()],
    hostOf: ({ relay }) => `127.0.0.1:${relay.port}`,

    async createBranch({ parent: parentId, name, endpoint: wanted }) {
      const parent = branch(parentId ?? main.id);
      requireFreeName(name);
      const made = addBranch({ name, parent: parent.id, ownPasswords: parent.protected });
      const endpoint = wanted ? await addEndpoint(made) : undefined;
      const begun = operations.begin(
        [
          { branch: made.id, action: OperationAction.CreateBranch },
          ...(endpoint ? [{ branch: made.id, endpoint: endpoint.id, action: OperationAction.StartCompute }] : []),
        ],
        async () => setReady(made, await serverOf(parent.id).clone()),
      );
      return { branch: made, endpoint, operations: begun };
    },

    updateBranch(of, { name, protected: isProtected }) {
      const changed = branch(of);
      if (name !== undefined && name !== changed.name) requireFreeName(name);
      Object.assign(changed, { name: name ?? changed.name, protected: isProtected ?? changed.protected });
      return { branch: changed, operations: [] };
    },

    restoreBranch(of, { source: sourceId, preserveAs }) {
      const target = branch(of);
      const source = branch(sourceId);
      if (source === target) throw new Refusal(400, 'source_timestamp or source_lsn is required');
      if (target.protected) throw new Refusal(422, 'a protected branch cannot be restored');
      if (preserveAs === undefined) {
        throw new Refusal(childrenOf(of).length > 0 ? 400 : 501, 'preserve_under_name is required');
      }
      requireFreeName(preserveAs);
      const former = serverOf(of);
      const preserved = addBranch({ name: preserveAs, parent: target.parent, ownPasswords: target.ownPasswords });
      for (const child of childrenOf(of)) child.parent = preserved.id;
      setReady(preserved, former);
      target.state = 'resetting';
      const begun = operations.begin(
        [
          { branch: preserved.id, action: OperationAction.CreateBranch },
          { branch: of, action: OperationAction.ApplyConfig },
          ...endpointsOf(of).map(({ id: endpoint }) => ({
            ...{ branch: of, endpoint, action: OperationAction.StartCompute },
          })),
        ],
        async () => {
          for (const { relay } of endpointsOf(of)) {
            relay.point(null);
            relay.cutAll();
          }
          target.parent = ancestry === 'chain' ? source.id : null;
          setReady(target, await serverOf(source.id).clone());
        },
      );
      return { branch: target, operations: begun };
    },

    deleteBranch(of) {
      const gone = branches.get(of);
      if (gone === undefined) return undefined;
      if (gone.default) throw new Refusal(422, 'cannot delete the default branch');
      if (gone.protected) throw new Refusal(422, 'cannot delete a protected branch');
      if (gone.parent === null && ancestry === 'chain') throw new Refusal(422, 'cannot delete a root branch');
      if (childrenOf(of).length > 0) throw new Refusal(422, 'cannot delete a branch that has children');
      const begun = operations.begin([{ branch: of, action: OperationAction.DeleteTimeline }], async () => {
        for (const endpoint of endpointsOf(of)) await removeEndpoint(endpoint);
        branches.delete(of);
        await gone.server?.stop();
      });
      return { branch: gone, operations: begun };
    },

    async createEndpoint(of) {
      const owner = branch(of);
      if (endpointsOf(of).length > 0) throw new Refusal(409, 'the branch has a read-write endpoint already');
      const endpoint = await addEndpoint(owner);
      const planned = [{ branch: of, endpoint: endpoint.id, action: OperationAction.StartCompute }];
      const begun = operations.begin(planned, async () => endpoint.relay.point(serverOf(of).port));
      return { endpoint, operations: begun };
    },

    deleteEndpoint(of) {
      const endpoint = endpoints.get(of);
      if (endpoint === undefined) throw new Refusal(404, `endpoint ${of} not found`);
      if (branch(endpoint.branch).protected) throw new Refusal(422, 'the branch is protected');
      const planned = [{ branch: endpoint.branch, endpoint: of, action: OperationAction.SuspendCompute }];
      return { endpoint, operations: operations.begin(planned, () => removeEndpoint(endpoint)) };
    },

    async stop() {
      await operations.settled();
      await Promise.all([...endpoints.values()].map(({ relay }) => relay.stop()));
      await Promise.all([...branches.values()].map(({ server }) => server?.stop()));
    },
  };
}
