import { isPrivilege } from './is-privilege.ts';
import type { SchemaEntry } from './schema-entry.ts';

/** Roles that a schema names, sorted; PUBLIC is none. A target needs them before the schema is restored. */
export interface SchemaRoles {
  /** Named by owner statements. */
  owners: string[];
  /** Named by privileges and default privileges, as grantee, as grantor, or as the role whose defaults they are. */
  grantees: string[];
  /** Named by policies and user mappings. */
  others: string[];
}

/** The roles that the restore of these entries needs on the target. */
export function listRoles(entries: readonly SchemaEntry[]): SchemaRoles {
  const owners = entries
    .filter(({ owner, drop, type }) => owner !== '' && drop !== '' && type !== 'DATABASE')
    .map(({ owner }) => owner);
  const grantees = entries
    .filter((entry) => isPrivilege(entry) && !entry.name.startsWith('DATABASE '))
    .flatMap(({ definition }) => rolesOf(definition));
  const others = entries
    .filter(({ type }) => type === 'POLICY' || type === 'USER MAPPING')
    .flatMap(({ definition }) => rolesOf(definition));
  return { owners: sortUnique(owners), grantees: sortUnique(grantees), others: sortUnique(others) };
}

/**
 * The names behind TO, FROM, FOR ROLE, MAPPING FOR and SET SESSION AUTHORIZATION in statements that pg_dump wrote: it
 * quotes every name that is one of those words. A statement is read up to the first expression (USING, WITH CHECK) or
 * option list, where strings begin.
 */
function rolesOf(sql: string): string[] {
  const roles: string[] = [];
  let state: 'elsewhere' | 'role comes' | 'role was' = 'elsewhere';
  let before = '';
  for (const { groups } of sql.matchAll(/"(?<quoted>(?:[^"]|"")*)"|(?<word>[^\s"(),;]+)|(?<sign>[(),;])/g)) {
    const { quoted, word = '', sign } = groups ?? {};
    if (word === 'USING' || word === 'CHECK' || word === 'OPTIONS') break;
    if (state === 'role comes' && sign === undefined) {
      if (word !== 'PUBLIC') roles.push(quoted?.replaceAll('""', '"') ?? word);
      state = 'role was';
    } else if (state === 'role was' && sign === ',') {
      state = 'role comes';
    } else {
      state = introducesRole(before, word) ? 'role comes' : 'elsewhere';
    }
    before = word;
  }
  return roles;
}

function introducesRole(before: string, word: string): boolean {
  if (word === 'TO' || word === 'FROM' || word === 'AUTHORIZATION') return true;
  return (before === 'FOR' && word === 'ROLE') || (before === 'MAPPING' && word === 'FOR');
}

function sortUnique(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
