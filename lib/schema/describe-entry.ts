import type { SchemaEntry } from './schema-entry.ts';

/** An entry for people, on one line: `index public.players_email_idx`, `comment on COLUMN players.name (public)`. */
export function describeEntry(entry: Pick<SchemaEntry, 'type' | 'schema' | 'name'>): string {
  const { type, schema, name } = entry;
  const kind = type.toLowerCase();
  const where = schema === null ? '' : ` (${schema})`;
  if (type === 'COMMENT' || type === 'SECURITY LABEL') return onOneLine(`${kind} on ${name}${where}`);
  if (type === 'ACL') return onOneLine(`privileges on ${name}${where}`);
  return onOneLine(`${kind} ${schema === null ? '' : `${schema}.`}${name}`);
}

function onOneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ');
}
