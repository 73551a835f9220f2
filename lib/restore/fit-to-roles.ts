import { isPrivilege } from '#lib/schema/is-privilege.ts';
import { listRoles } from '#lib/schema/list-roles.ts';
import type { SchemaEntry } from '#lib/schema/schema-entry.ts';

/** Roles of the target: all there are, and those the restoring role may hand objects to. */
export interface TargetRoles {
  roles: ReadonlySet<string>;
  grantable: ReadonlySet<string>;
  superuser: boolean;
}

/**
 * Takes owners and privileges out of a schema that the target's roles cannot have, and lists them. Pure. An object whose
 * owner is missing belongs to the restoring role; a grant to a missing role is not made.
 */
export function fitToRoles(
  entries: readonly SchemaEntry[],
  target: TargetRoles,
): { entries: SchemaEntry[]; leftOut: { object: string; reason: string }[] } {
  const orphans = new Map<string, number>();
  const ungranted = new Map<string, number>();
  const fitted = entries.map((entry) => {
    if (isPrivilege(entry)) return { ...entry, definition: fitPrivileges(entry, target, ungranted) };
    if (entry.owner === '' || target.grantable.has(entry.owner)) return entry;
    if (entry.drop !== '') count(orphans, entry.owner);
    return { ...entry, owner: '' };
  });
  const why = (role: string): string =>
    target.roles.has(role) ? 'the restoring role is no member of it' : 'the target has no such role';
  return {
    entries: fitted,
    leftOut: [
      ...[...orphans].map(([role, objects]) => ({ object: `owner ${role} of ${objects} objects`, reason: why(role) })),
      ...[...ungranted].map(([role, grants]) => ({ object: `${grants} grants of ${role}`, reason: why(role) })),
    ],
  };
}

/** Statements of an ACL entry that the target can run; pg_dump writes each on lines of its own. */
function fitPrivileges(entry: SchemaEntry, target: TargetRoles, ungranted: Map<string, number>): string {
  if (entry.type === 'DEFAULT ACL' && !target.grantable.has(entry.owner)) {
    count(ungranted, entry.owner);
    return '';
  }
  const kept: string[] = [];
  let foreignGrantor = false;
  for (const statement of entry.definition.split(/;\n+/).filter((text) => text.trim() !== '')) {
    const { grantees } = listRoles([{ ...entry, definition: `${statement};` }]);
    const missing = grantees.find((role) => !target.roles.has(role));
    if (statement.startsWith('SET SESSION AUTHORIZATION')) foreignGrantor = missing !== undefined || !target.superuser;
    if (missing !== undefined) count(ungranted, missing);
    else if (!foreignGrantor) kept.push(`${statement};`);
    if (statement.startsWith('RESET SESSION AUTHORIZATION')) foreignGrantor = false;
  }
  return kept.join('\n');
}

function count(counts: Map<string, number>, role: string): void {
  counts.set(role, (counts.get(role) ?? 0) + 1);
}
