import { createHash } from 'node:crypto';
import type { QualifiedName } from '#lib/recovery/definition/table-definition.ts';

const longest = 200;

/**
 * Names of files, or of folders, for tables: `public.orders`. Characters that some file system or shell does not like
 * are percent-encoded, and of two names that differ in capitals only the second one gets a number. Pure.
 */
export function fileNamesOf<T extends QualifiedName>(tables: readonly T[]): Map<T, string> {
  const taken = new Set<string>();
  const names = new Map<T, string>();
  for (const table of tables) {
    const plain = shorten(`${encode(table.schema)}.${encode(table.name)}`);
    let name = plain;
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${plain}~${number}`;
    taken.add(name.toLowerCase());
    names.set(table, name);
  }
  return names;
}

function encode(name: string): string {
  return encodeURIComponent(name).replaceAll(/^\.|[!'()*]/g, (sign) => {
    return `%${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
}

function shorten(name: string): string {
  if (name.length <= longest) return name;
  return `${name.slice(0, longest - 9)}~${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}
