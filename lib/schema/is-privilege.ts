import type { SchemaEntry } from './schema-entry.ts';

const types: ReadonlySet<string> = new Set(['ACL', 'ACL LANGUAGE', 'DEFAULT ACL']);

/** Whether an entry grants or revokes: pg_restore runs those after all others (pg_backup_archiver.c, RestorePass). */
export function isPrivilege({ type }: Pick<SchemaEntry, 'type'>): boolean {
  return types.has(type);
}
