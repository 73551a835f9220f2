import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { routes } from '#app/http/routes.ts';
import { buildDocument, isDescribed } from '#app/openapi/build-document.ts';
import { describeSchema } from '#app/openapi/describe-schema.ts';
import { inlineReferences } from '#app/openapi/inline-references.ts';
import { operations } from '#app/openapi/operations.ts';
import { outcomes, runSkipped } from '#inngest/events.ts';

const document = buildDocument();
const operationSchema = z.object({
  operationId: z.string(),
  security: z.array(z.unknown()),
  responses: z.record(z.string(), z.unknown()),
});
const described = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    key: `${method.toUpperCase()} ${path.replaceAll('{', '[').replaceAll('}', ']')}`,
    operation: operationSchema.parse(operation),
  })),
);

describe('the OpenAPI document', () => {
  it('has every route of the API, and nothing else', () => {
    const wanted = routes.filter(isDescribed).map(({ method, path }) => `${method} ${path}`);
    expect(wanted.length).toBeGreaterThan(25);
    expect(described.map(({ key }) => key).sort()).toEqual(wanted.sort());
    expect(Object.keys(operations).sort()).toEqual(wanted.sort());
  });

  it('asks for a token where the table of routes does', () => {
    for (const { key, operation } of described) {
      const route = routes.find(({ method, path }) => `${method} ${path}` === key);
      expect(operation.security.length > 0, key).toBe(route !== undefined && 'action' in route.access);
      expect(Object.keys(operation.responses), key).toEqual(expect.arrayContaining(['401', '503']));
    }
  });

  it('names the key where a route takes one', async () => {
    const keyed: string[] = [];
    for await (const file of glob('api/**/route.ts', { cwd: 'app' })) {
      const text = await readFile(join('app', file), 'utf8');
      if (text.includes('idempotencyKey(')) keyed.push(`POST /${file.replace('/route.ts', '')}`);
    }
    expect(keyed.length).toBeGreaterThan(2);
    for (const key of keyed) expect(operations[key]?.headers?.shape, key).toHaveProperty('idempotency-key');
  });

  it('has every event that tells how a run has ended, of one schema', () => {
    const names = Object.values(outcomes).flatMap(({ completed, failed }) => [completed.name, failed.name]);
    expect(Object.keys(document.webhooks ?? {}).sort()).toEqual([...names, runSkipped.name].sort());
    expect(names.length).toBeGreaterThan(19);
    for (const [name, heard] of Object.entries(document.webhooks ?? {})) {
      expect(heard, name).toMatchObject({
        post: {
          requestBody: {
            content: {
              'application/json': {
                schema: { properties: { name: { const: name }, data: { $ref: '#/components/schemas/Outcome' } } },
              },
            },
          },
        },
      });
    }
    const { properties } = z
      .object({ properties: z.record(z.string(), z.unknown()) })
      .parse(document.components?.schemas?.['Outcome']);
    expect(Object.keys(properties)).toEqual(Object.keys(runSkipped.schema.shape));
  });

  it('says of each event whether a webhook tells it too', () => {
    for (const [name, heard] of Object.entries(document.webhooks ?? {})) {
      const tells = name === runSkipped.name ? 'No webhook of `notify` tells it.' : 'Without Inngest a signed webhook';
      expect(heard, name).toMatchObject({ post: { description: expect.stringContaining(tells) } });
    }
  });

  it('names each operation once', () => {
    const ids = described.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z][A-Za-z0-9]+$/);
  });

  it('is JSON through and through', () => {
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
    expect(document.openapi).toBe('3.1.0');
  });
});

describe('a schema as people read it', () => {
  it.each([
    [z.object({ connection: z.string(), label: z.string().optional() }), '{ connection: string, label?: string }'],
    [z.array(z.enum(['a', 'b'])), '["a" | "b"]'],
    [z.string().nullable(), 'string | null'],
    [z.record(z.string(), z.number()), '{ [name]: number }'],
    [z.unknown(), 'any'],
  ])('%#', (schema, text) => {
    expect(describeSchema(z.toJSONSchema(schema, { io: 'input' }))).toBe(text);
  });
});

it('an event to hear is shown with all of its fields', () => {
  const heard = inlineReferences(document.webhooks?.['holdfast/backup.completed'], document.components?.schemas ?? {});
  const shape = z.object({
    post: z.object({ requestBody: z.object({ content: z.record(z.string(), z.object({ schema: z.unknown() })) }) }),
  });
  const text = describeSchema(shape.parse(heard).post.requestBody.content['application/json']?.schema);
  for (const part of [
    'name: "holdfast/backup.completed"',
    'run: string',
    'backup: string | null',
    'exitCode: integer',
  ]) {
    expect(text).toContain(part);
  }
});
