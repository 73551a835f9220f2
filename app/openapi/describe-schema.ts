import { z } from 'zod';

const schemaSchema = z.object({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  format: z.string().optional(),
  description: z.string().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  items: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  additionalProperties: z.unknown().optional(),
});

const indent = '  ';
const mostLine = 90;

/** A JSON schema as people write a type: `{ connection: string, label?: string }`, broken into lines where it is long. */
export function describeSchema(schema: unknown, depth = 0): string {
  const parsed = schemaSchema.safeParse(schema);
  if (!parsed.success) return 'any';
  const { type, enum: values, properties, items, anyOf, oneOf } = parsed.data;
  if ('const' in parsed.data) return JSON.stringify(parsed.data.const);
  if (values !== undefined) return values.map((value) => JSON.stringify(value)).join(' | ');
  const either = anyOf ?? oneOf;
  if (either !== undefined) return [...new Set(either.map((one) => describeSchema(one, depth)))].join(' | ');
  if (properties !== undefined) return describeObject(parsed.data, depth);
  if (items !== undefined) return `[${describeSchema(items, depth)}]`;
  if (type === 'object' && typeof parsed.data.additionalProperties === 'object') {
    return `{ [name]: ${describeSchema(parsed.data.additionalProperties, depth)} }`;
  }
  return [type ?? 'any'].flat().join(' | ');
}

function describeObject(
  { properties = {}, required = [], additionalProperties }: z.infer<typeof schemaSchema>,
  depth: number,
): string {
  const fields = Object.entries(properties).map(
    ([name, field]) => `${name}${required.includes(name) ? '' : '?'}: ${describeSchema(field, depth + 1)}`,
  );
  const isOpen = additionalProperties !== undefined && additionalProperties !== false;
  const all = isOpen ? [...fields, '...'] : fields;
  if (all.length === 0) return '{}';
  const line = `{ ${all.join(', ')} }`;
  if (line.length <= mostLine && !line.includes('\n')) return line;
  const inner = indent.repeat(depth + 1);
  return `{\n${all.map((field) => `${inner}${field},\n`).join('')}${indent.repeat(depth)}}`;
}
