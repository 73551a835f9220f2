import { describeEntry } from '#lib/schema/describe-entry.ts';
import type { SchemaEntry } from '#lib/schema/schema-entry.ts';

/** Entries without those that a role which is no superuser cannot restore, and what belongs to them; and the list. Pure. */
export function leaveOutForSuperusers(entries: readonly SchemaEntry[]): {
  entries: SchemaEntry[];
  leftOut: { object: string; reason: string }[];
} {
  const reasons = new Map<number, string>();
  const kept: SchemaEntry[] = [];
  const leftOut: { object: string; reason: string }[] = [];
  for (const entry of entries) {
    const reason = reasonFor(entry) ?? inherited(entry, reasons);
    if (reason === undefined) {
      kept.push(entry);
    } else {
      reasons.set(entry.id, reason);
      leftOut.push({ object: describeEntry(entry), reason });
    }
  }
  return { entries: kept, leftOut };
}

/** (manual, the notes of each CREATE command) */
function reasonFor({ type, name, definition, section }: SchemaEntry): string | undefined {
  if (type === 'EVENT TRIGGER') return 'only a superuser can make event triggers';
  if (type === 'PUBLICATION' && /\bFOR ALL TABLES\b/.test(definition)) {
    return 'only a superuser can publish all tables';
  }
  if (type === 'PUBLICATION TABLES IN SCHEMA') return 'only a superuser can publish all tables of a schema';
  // An extension that was there belongs to whoever made it; a new one has its comment from its own script.
  if (type === 'COMMENT' && section === 'none' && name.startsWith('EXTENSION ')) {
    return 'only the owner of an extension can comment on it';
  }
  return undefined;
}

/** A comment or an ACL follows its object, a part of a publication its publication. */
function inherited(
  { type, section, dependsOn }: SchemaEntry,
  reasons: ReadonlyMap<number, string>,
): string | undefined {
  if (section !== 'none' && !type.startsWith('PUBLICATION ')) return undefined;
  return dependsOn.map((id) => reasons.get(id)).find((reason) => reason !== undefined);
}
