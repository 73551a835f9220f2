/** A part of the document with its references to `schemas`, the named ones, put in their places. Pure. */
export function inlineReferences(value: unknown, schemas: Readonly<Record<string, unknown>>): unknown {
  if (Array.isArray(value)) return value.map((one) => inlineReferences(one, schemas));
  if (typeof value !== 'object' || value === null) return value;
  const reference: unknown = Reflect.get(value, '$ref');
  if (typeof reference === 'string') return inlineReferences(schemas[reference.split('/').at(-1) ?? ''], schemas);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inlineReferences(one, schemas)]));
}
