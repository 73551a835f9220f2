import { type Database, EndpointType, type Role } from '@neondatabase/api-client';
import { z } from 'zod';
import { runSql } from '#tests/support/with-client.ts';
import { branchAndOperations, branchAnswer, endpointAnswer, operationAnswer, projectAnswer } from './answers.ts';
import type { EndpointRecord, ProjectState } from './project-state.ts';
import { Refusal } from './refusal.ts';

interface Request {
  /** The ids in the path, in its order. */
  ids: string[];
  query: URLSearchParams;
  body: unknown;
}

interface Route {
  method: string;
  /** After `/projects/{project_id}`. */
  path: RegExp;
  answer: (project: ProjectState, request: Request) => Promise<[status: number, body: unknown]>;
}

const createBranchBody = z.object({
  endpoints: z.array(z.object({ type: z.enum(EndpointType) })).optional(),
  branch: z.strictObject({ parent_id: z.string().optional(), name: z.string().min(1).max(256).optional() }).optional(),
});
const updateBranchBody = z.object({
  branch: z.strictObject({ name: z.string().optional(), protected: z.boolean().optional() }),
});
// No point in time: these branches keep no history.
const restoreBranchBody = z.strictObject({
  source_branch_id: z.string(),
  preserve_under_name: z.string().min(1).optional(),
});
const createEndpointBody = z.object({ endpoint: z.object({ branch_id: z.string(), type: z.enum(EndpointType) }) });

const id = '([a-z0-9-]{1,60})';

/** What the server knows of Neon's API v2, by the paths of its OpenAPI description. */
const routes: readonly Route[] = [
  {
    method: 'GET',
    path: /^$/,
    answer: async (project) => [200, { project: projectAnswer(project) }],
  },
  {
    method: 'GET',
    path: /^\/branches$/,
    answer: async (project, { query }) => {
      const search = query.get('search') ?? '';
      const found = project.branches().filter((branch) => branch.name.includes(search) || branch.id.includes(search));
      const { page, next } = paginate(found, query, { cursor: query.get('cursor') });
      const branches = page.map((branch) => branchAnswer(project, branch));
      return [200, { branches, annotations: {}, ...(next === undefined ? {} : { pagination: { next } }) }];
    },
  },
  {
    method: 'POST',
    path: /^\/branches$/,
    answer: async (project, { body }) => {
      const { branch, endpoints } = parse(createBranchBody, body ?? {});
      const name = branch?.name ?? `branch-${project.branches().length}`;
      const made = await project.createBranch({ parent: branch?.parent_id, name, endpoint: endpoints !== undefined });
      const listed = made.endpoint ? [endpointAnswer(project, made.endpoint)] : [];
      return [201, { ...branchAndOperations(project, made), endpoints: listed, roles: [], databases: [] }];
    },
  },
  {
    method: 'GET',
    path: new RegExp(`^/branches/${id}$`),
    answer: async (project, { ids }) => [200, { branch: branchAnswer(project, project.branch(first(ids))) }],
  },
  {
    method: 'PATCH',
    path: new RegExp(`^/branches/${id}$`),
    answer: async (project, { ids, body }) => {
      const { name, protected: isProtected } = parse(updateBranchBody, body).branch;
      const change = {
        ...(name === undefined ? {} : { name }),
        ...(isProtected === undefined ? {} : { protected: isProtected }),
      };
      return [200, branchAndOperations(project, project.updateBranch(first(ids), change))];
    },
  },
  {
    method: 'DELETE',
    path: new RegExp(`^/branches/${id}$`),
    answer: async (project, { ids }) => {
      const deleted = project.deleteBranch(first(ids));
      return deleted === undefined ? [204, undefined] : [200, branchAndOperations(project, deleted)];
    },
  },
  {
    method: 'POST',
    path: new RegExp(`^/branches/${id}/restore$`),
    answer: async (project, { ids, body }) => {
      const { source_branch_id: source, preserve_under_name: preserveAs } = parse(restoreBranchBody, body);
      return [200, branchAndOperations(project, project.restoreBranch(first(ids), { source, preserveAs }))];
    },
  },
  {
    method: 'GET',
    path: new RegExp(`^/branches/${id}/endpoints$`),
    answer: async (project, { ids }) => {
      const { id: branch } = project.branch(first(ids));
      return [200, listEndpoints(project, (endpoint) => endpoint.branch === branch)];
    },
  },
  {
    method: 'GET',
    path: new RegExp(`^/branches/${id}/databases$`),
    answer: async (project, { ids }) => [200, { databases: await listDatabases(project, first(ids)) }],
  },
  {
    method: 'GET',
    path: new RegExp(`^/branches/${id}/roles$`),
    answer: async (project, { ids }) => [200, { roles: await listRoles(project, first(ids)) }],
  },
  {
    method: 'GET',
    path: /^\/endpoints$/,
    answer: async (project) => [200, listEndpoints(project, () => true)],
  },
  {
    method: 'POST',
    path: /^\/endpoints$/,
    answer: async (project, { body }) => {
      const { endpoint, operations } = await project.createEndpoint(parse(createEndpointBody, body).endpoint.branch_id);
      const begun = operations.map((one) => operationAnswer(project, one));
      return [201, { endpoint: endpointAnswer(project, endpoint), operations: begun }];
    },
  },
  {
    method: 'DELETE',
    path: new RegExp(`^/endpoints/${id}$`),
    answer: async (project, { ids }) => {
      const { endpoint, operations } = project.deleteEndpoint(first(ids));
      const begun = operations.map((one) => operationAnswer(project, one));
      return [200, { endpoint: endpointAnswer(project, endpoint), operations: begun }];
    },
  },
  {
    method: 'GET',
    path: /^\/operations$/,
    answer: async (project, { query }) => {
      const { page, next } = paginate(project.operations.list(), query, { cursor: query.get('cursor') });
      const operations = page.map((one) => operationAnswer(project, one));
      return [200, { operations, ...(next === undefined ? {} : { pagination: { cursor: next } }) }];
    },
  },
  {
    method: 'GET',
    path: new RegExp(`^/operations/${id}$`),
    answer: async (project, { ids }) => {
      const found = project.operations.list().find((operation) => operation.id === first(ids));
      if (found === undefined) throw new Refusal(404, 'operation not found');
      return [200, { operation: operationAnswer(project, found) }];
    },
  },
];

/** @throws Refusal, with 423 where another change is still under way. */
export async function answerRequest(
  project: ProjectState,
  { method, path, query, body }: { method: string; path: string; query: URLSearchParams; body: unknown },
): Promise<[status: number, body: unknown]> {
  const match = /^\/projects\/([^/]+)(.*)$/.exec(path);
  if (match?.[1] !== project.id) throw new Refusal(404, 'project not found');
  const rest = match[2] ?? '';
  const route = routes.find((one) => one.method === method && one.path.test(rest));
  if (route === undefined) throw new Refusal(404, `this test server has no ${method} ${path}`);
  if (method !== 'GET' && project.operations.busy()) {
    throw new Refusal(423, 'project already has running conflicting operations, scheduling of new ones is prohibited');
  }
  const ids = [...(route.path.exec(rest) ?? [])].slice(1);
  return route.answer(project, { ids, query, body });
}

function first(ids: readonly string[]): string {
  return ids[0] ?? '';
}

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new Refusal(400, z.prettifyError(parsed.error));
}

/** The cursor is where the next page begins; no page is longer than five, so that every client has to follow it. */
function paginate<T>(
  items: readonly T[],
  query: URLSearchParams,
  { cursor }: { cursor: string | null },
): { page: T[]; next: string | undefined } {
  const from = Number(cursor ?? 0);
  const to = from + Math.min(Number(query.get('limit') ?? 5), 5);
  return { page: items.slice(from, to), next: to < items.length ? String(to) : undefined };
}

function listEndpoints(project: ProjectState, wanted: (endpoint: EndpointRecord) => boolean): { endpoints: unknown[] } {
  const endpoints = project.endpoints().filter(wanted);
  return { endpoints: endpoints.map((endpoint) => endpointAnswer(project, endpoint)) };
}

async function listDatabases(project: ProjectState, branchId: string): Promise<Database[]> {
  const { id: branch_id, server, createdAt } = project.branch(branchId);
  const at = createdAt.toISOString();
  const rows = await runSql(
    server?.url ?? '',
    `select oid::text, datname, pg_get_userbyid(datdba) as owner from pg_database where not datistemplate order by 2`,
  );
  return rows.map(({ oid, datname, owner }) => ({
    ...{ id: Number(oid), branch_id, name: datname ?? '', owner_name: owner ?? '', created_at: at, updated_at: at },
  }));
}

async function listRoles(project: ProjectState, branchId: string): Promise<Role[]> {
  const { id: branch_id, server, createdAt } = project.branch(branchId);
  const at = createdAt.toISOString();
  const rows = await runSql(server?.url ?? '', `select rolname from pg_roles where rolname !~ '^pg_' order by 1`);
  return rows.map(({ rolname }) => ({ branch_id, name: rolname ?? '', created_at: at, updated_at: at }));
}
