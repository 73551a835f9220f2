import fc from 'fast-check';
import { z } from 'zod';
import { inlineReferences } from '#app/openapi/inline-references.ts';

type JsonSchema = Parameters<typeof z.fromJSONSchema>[0];
/** The answers' schemas, which zod itself reads: more than that they are objects is its to say. */
const jsonSchema = z.custom<JsonSchema>((value) => typeof value === 'object' && value !== null);
const parameterSchema = z.object({
  in: z.enum(['path', 'query', 'header']),
  name: z.string(),
  required: z.boolean().optional(),
  schema: z.unknown().optional(),
});
const operationSchema = z.object({
  operationId: z.string(),
  security: z.array(z.unknown()),
  parameters: z.array(parameterSchema).default([]),
  requestBody: z.object({ content: z.record(z.string(), z.looseObject({})) }).optional(),
  responses: z.record(
    z.string(),
    z.object({ content: z.record(z.string(), z.object({ schema: jsonSchema.optional() })).optional() }),
  ),
});
const documentSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
  components: z.object({ schemas: z.record(z.string(), z.unknown()).default({}) }),
});

/** An operation of a served OpenAPI document. */
export interface ApiOperation extends z.infer<typeof operationSchema> {
  method: string;
  path: string;
  /** A JSON schema of the body, where one is taken. */
  body: unknown;
}

/** What was answered. */
export interface ApiAnswer {
  status: number;
  type: string;
  text: string;
}

/** Reads a served document; references to its components are put in their places. */
export function readOperations(served: unknown): ApiOperation[] {
  const { components } = documentSchema.parse(served);
  const whole = documentSchema.parse(inlineReferences(served, components.schemas));
  return Object.entries(whole.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      method: method.toUpperCase(),
      path,
      body: operation.requestBody?.content['application/json']?.['schema'],
    })),
  );
}

/**
 * Holds an answer against the document: its status is one of those that are documented, and its body is of that
 * answer's schema. Answers what is wrong with it.
 */
export function findFault({ responses }: ApiOperation, { status, type, text }: ApiAnswer): string | null {
  const response = responses[String(status)];
  if (response === undefined) return `${status} is not documented: ${text.slice(0, 300)}`;
  const media = type.split(';')[0] ?? '';
  if (response.content === undefined) return null;
  const content = response.content[media];
  if (content === undefined) return `${status} has the undocumented type ${type}`;
  if (!/json$/.test(media) || content.schema === undefined) return null;
  const parsed = z.fromJSONSchema(content.schema).safeParse(JSON.parse(text));
  return parsed.success
    ? null
    : `${status} is not of its schema: ${z.prettifyError(parsed.error)}\n${text.slice(0, 500)}`;
}

/** A request to an operation. */
export interface ApiRequest {
  path: string;
  headers: Record<string, string>;
  body: string | null;
}

const oddText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    ...[
      '',
      ' ',
      '\u0000',
      '..',
      '../../etc/passwd',
      '%2e%2e%2f',
      'a'.repeat(3_000),
      '\u202e\ud83d\ude00',
      "'; drop table x",
      '\ud800',
    ],
    ...['latest', 'source', '20261121T000000Z-00aaaa', '__proto__', 'constructor', '-1', '1e309', 'null', 'true'],
  ),
);
const oddValue = fc.oneof({ weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) }, { weight: 1, arbitrary: oddText });

/** How often a value is of no schema at all, in a place where it could be of one. */
interface Oddness {
  odd: 0 | 1;
  depth: number;
}

/** Values of a schema; with `odd` now and then of none of it: of another type, one field too many, one too few. */
function valuesOf(schema: unknown, { odd, depth }: Oddness): fc.Arbitrary<unknown> {
  const deeper = { odd, depth: depth + 1 };
  if (odd === 0) return fitting(schema, deeper);
  return fc.oneof({ weight: 5, arbitrary: fitting(schema, deeper) }, { weight: 1, arbitrary: oddValue });
}

const shapeSchema = z.object({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).min(1).optional(),
  anyOf: z.array(z.unknown()).min(1).optional(),
  oneOf: z.array(z.unknown()).min(1).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).default([]),
  items: z.unknown().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
});

function fitting(schema: unknown, oddness: Oddness): fc.Arbitrary<unknown> {
  const shape = shapeSchema.safeParse(schema).data;
  if (shape === undefined || oddness.depth > 8) return oddValue;
  if ('const' in shape) return fc.constant(shape.const);
  if (shape.enum !== undefined) return fc.constantFrom(...shape.enum);
  const either = shape.anyOf ?? shape.oneOf;
  if (either !== undefined) return fc.oneof(...either.map((one) => valuesOf(one, oddness)));
  if (shape.properties !== undefined) return objectsOf(shape.properties, { ...oddness, required: shape.required });
  if (shape.items !== undefined) {
    return fc.array(valuesOf(shape.items, oddness), { minLength: oddness.odd === 1 ? 0 : 1, maxLength: 3 });
  }
  const { minimum: min = 0, maximum: max = 1_000 } = shape;
  switch ([shape.type ?? ''].flat()[0]) {
    case 'string':
      return oddness.odd === 0 ? plainText : fc.oneof(plainText, oddText);
    case 'integer':
      return oddness.odd === 0 ? fc.integer({ min: Math.max(min, -1e9), max: Math.min(max, 1e9) }) : fc.integer();
    case 'number':
      return oddness.odd === 0 ? fc.double({ min, max, noNaN: true }) : fc.double();
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return oddValue;
  }
}

/** Text that parses in most places: names, an id, a duration. */
const plainText = fc.constantFrom('source', 'nowhere', 'latest', '1h', '20261121T000000Z-00aaaa', 'public.players');

function objectsOf(
  properties: Record<string, unknown>,
  { required, ...oddness }: Oddness & { required: string[] },
): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, field]) => [name, valuesOf(field, oddness)]),
  );
  const right = fc.record(fields, { requiredKeys: required });
  if (oddness.odd === 0) return right;
  const more = fc.tuple(right, fc.dictionary(oddText, oddValue, { maxKeys: 2 })).map(([a, b]) => ({ ...a, ...b }));
  const less = fc.record(fields, { requiredKeys: [] });
  return fc.oneof({ weight: 4, arbitrary: right }, { weight: 1, arbitrary: less }, { weight: 1, arbitrary: more });
}

const wrongBodies = fc.constantFrom(
  '',
  '{',
  '[]',
  'null',
  '7',
  '"text"',
  '{"a":',
  '\u0000',
  '[[[[[[]]]]]]',
  '{"__proto__":{"role":"admin"}}',
);

/** Requests to an operation, from right ones to nonsense. `known`: what there is, by the name of its parameter. */
export function requestsOf(
  { path, parameters, body }: ApiOperation,
  known: Readonly<Record<string, readonly string[]>> = {},
): fc.Arbitrary<ApiRequest> {
  const given = fc.record(
    Object.fromEntries(
      parameters.map((parameter) => {
        const there = known[parameter.name];
        const fits = valuesOf(parameter.schema, { odd: 0, depth: 0 }).map(String);
        const right = parameter.in === 'path' && there !== undefined ? fc.constantFrom(...there) : fits;
        return [keyOf(parameter), fc.oneof({ weight: 2, arbitrary: right }, { weight: 1, arbitrary: oddText })];
      }),
    ),
    { requiredKeys: parameters.filter(({ in: place }) => place === 'path').map(keyOf) },
  );
  const toJson = (value: unknown): string => JSON.stringify(value) ?? 'undefined';
  const bodies =
    body === undefined
      ? fc.constantFrom(null, 'nonsense')
      : fc.oneof(
          { weight: 4, arbitrary: valuesOf(body, { odd: 0, depth: 0 }).map(toJson) },
          { weight: 4, arbitrary: valuesOf(body, { odd: 1, depth: 0 }).map(toJson) },
          { weight: 1, arbitrary: wrongBodies },
        );
  return fc.tuple(given, bodies).map(([values, text]) => {
    const of = (place: string) =>
      parameters.flatMap((parameter): [string, string][] => {
        const value: unknown = values[keyOf(parameter)];
        return parameter.in === place && typeof value === 'string' ? [[parameter.name, value.toWellFormed()]] : [];
      });
    const filled = of('path').reduce(
      // Dots alone would be another path before they are sent.
      (made, [name, value]) =>
        made.replaceAll(`{${name}}`, () => encodeURIComponent(/^\.*$/.test(value) ? `x${value}` : value)),
      path,
    );
    const query = new URLSearchParams(of('query')).toString();
    const headers = Object.fromEntries(
      of('header').map(([name, value]) => [name, value.replaceAll(/[^\x20-\x7e]/g, '?').trim()]),
    );
    return { path: query === '' ? filled : `${filled}?${query}`, headers, body: text };
  });
}

function keyOf({ in: place, name }: { in: string; name: string }): string {
  return `${place} ${name}`;
}
