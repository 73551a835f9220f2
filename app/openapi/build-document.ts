import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { type Route, routes } from '#app/http/routes.ts';
import { leastRoles } from '#lib/access/may.ts';
import { holdfastVersion } from '#lib/config/version.ts';
import type { Answered, Operation } from './operation.ts';
import { sections } from './operations.ts';
import { problemSchema } from './schemas.ts';
import { webhooks } from './webhooks.ts';

/** Whether a route belongs into the document: all of the API, but for what only Inngest's own protocol describes. */
export function isDescribed({ path }: Route): boolean {
  return path.startsWith('/api/') && path !== '/api/inngest';
}

/** The OpenAPI 3.1 document of the API, made of the schemas that parse the requests. */
export function buildDocument() {
  const paths: ZodOpenApiPathsObject = {};
  for (const { title, operations } of sections) {
    for (const [key, operation] of Object.entries(operations)) {
      const route = routes.find(({ method, path }) => `${method} ${path}` === key);
      if (route === undefined) throw new Error(`${key} is described, and is no route.`);
      const path = route.path.replaceAll(/\[([^\]]+)\]/g, '{$1}');
      paths[path] = { ...paths[path], [route.method.toLowerCase()]: toOperation(operation, { route, tag: title }) };
    }
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Holdfast',
      version: holdfastVersion,
      description:
        'Durable PostgreSQL backups, proven by restoring them. Errors are `application/problem+json` with the `name`, `code` and `hint` of the command line. Lists take `limit` and `before`, and answer `next`. `webhooks` are the events that tell how runs have ended.',
    },
    tags: sections.map(({ title }) => ({ name: title })),
    paths,
    webhooks,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'A token (`hf_...`), or `HOLDFAST_TOKEN`.' },
        session: { type: 'apiKey', in: 'cookie', name: 'holdfast', description: 'The session of a browser.' },
      },
    },
  });
}

function toOperation(operation: Operation, { route, tag }: { route: Route; tag: string }): ZodOpenApiOperationObject {
  const { summary, path, query, headers, body, answers, problems } = operation;
  const parameters = [...route.path.matchAll(/\[([^\]]+)\]/g)].map(
    ([, name = '']) => [name, z.string().meta({ description: path?.[name] ?? name })] as const,
  );
  const params = {
    ...(parameters.length > 0 ? { path: z.object(Object.fromEntries(parameters)) } : {}),
    ...(query === undefined ? {} : { query }),
    ...(headers === undefined ? {} : { header: headers }),
  };
  return {
    ...{ summary, description: describe(operation, route), tags: [tag] },
    operationId: `${route.method.toLowerCase()}${route.path.replaceAll(/\W+(\w)/g, (_, c: string) => c.toUpperCase()).replaceAll(/\W/g, '')}`,
    security: 'open' in route.access ? [] : [{ token: [] }, { session: [] }],
    requestParams: params,
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: body.required ?? true,
            content: {
              [body.type ?? 'application/json']: {
                schema: body.schema,
                ...(body.example === undefined ? {} : { example: body.example }),
              },
            },
          },
        }),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, toResponse(answer)])),
      ...Object.fromEntries(
        Object.entries({ ...problemsOf(route, operation), ...problems })
          .filter(([status]) => answers[Number(status)] === undefined)
          .map(([status, description]) => [
            status,
            { description, content: { 'application/problem+json': { schema: problemSchema } } },
          ]),
      ),
    },
  };
}

function describe({ description }: Operation, { access }: Route): string {
  const right =
    'open' in access
      ? `No token: ${access.open}.`
      : `Takes the role \`${leastRoles[access.action]}\`${access.also === undefined ? '' : `: ${access.also}`}.`;
  return description === undefined ? right : `${description}\n\n${right}`;
}

function toResponse({ description, schema, types = ['application/json'] }: Answered) {
  if (schema === undefined && types.length === 1) return { description };
  return { description, content: Object.fromEntries(types.map((type) => [type, schema ? { schema } : {}])) };
}

/** What every route may answer. */
function problemsOf({ access, path }: Route, { query, body, headers }: Operation): Record<number, string> {
  const takes = query !== undefined || body !== undefined || headers !== undefined || path.includes('[');
  return {
    ...(takes ? { 400: 'The request does not parse (UsageError).' } : {}),
    401: 'Nobody known, or not any more.',
    ...('open' in access ? {} : { 403: 'The role or the scope is not enough, or a page elsewhere has sent it.' }),
    404: 'There is none, or not for who asks; or there is no repository yet.',
    409: 'Refused, and nothing was done (RefusedError).',
    ...(body === undefined ? {} : { 413: 'The body is too large.' }),
    429: 'Too many attempts; `Retry-After` says how long to wait.',
    500: 'Stored data is damaged (DamagedError), or something unexpected happened.',
    503: 'Something that is needed does not answer (UnavailableError, StorageError).',
  };
}
