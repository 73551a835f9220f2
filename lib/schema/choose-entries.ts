import { describeEntry } from './describe-entry.ts';
import { isPrivilege } from './is-privilege.ts';
import type { SchemaEntry } from './schema-entry.ts';

/** What of a schema is wanted in the copy. */
export interface SchemaPlanOptions {
  owners: boolean;
  privileges: boolean;
  comments: boolean;
  /** Comments on extensions need ownership of the extension, which managed services often keep. */
  extensionComments: boolean;
  securityLabels: boolean;
  tablespaces: boolean;
  publications: boolean;
  subscriptions: boolean;
  eventTriggers: boolean;
}

/** Everything, as pg_restore does by default. */
export const wholeSchema: SchemaPlanOptions = {
  ...{ owners: true, privileges: true, comments: true, extensionComments: true, securityLabels: true },
  ...{ tablespaces: true, publications: true, subscriptions: true, eventTriggers: true },
};

/** An object that is not restored, and why. */
export interface LeftOut {
  object: string;
  reason: string;
}

/** An entry with the section it is restored in: a comment or an ACL is in that of the object it follows. */
export interface ChosenEntry {
  entry: SchemaEntry;
  section: 'pre-data' | 'post-data';
}

/** Entries that say how the archive is to be read, or make the database itself: never restored, never missed. */
const ofArchive: ReadonlySet<string> = new Set(['ENCODING', 'STDSTRINGS', 'SEARCHPATH', 'DATABASE', 'STATISTICS DATA']);

/** The entries to restore, in archive order, and those left out. An entry that needs one left out is left out as well. */
export function chooseEntries(
  entries: readonly SchemaEntry[],
  options: SchemaPlanOptions,
): { chosen: ChosenEntry[]; leftOut: LeftOut[] } {
  const chosen: ChosenEntry[] = [];
  const leftOut: LeftOut[] = [];
  const reasons = new Map<number, string>();
  let current: Exclude<SchemaEntry['section'], 'none'> = 'pre-data';
  for (const entry of entries) {
    if (entry.section !== 'none') current = entry.section;
    if (current === 'data' || ofArchive.has(entry.type)) continue;
    const parent = entry.section === 'none' || isPartOf(entry) ? entry.dependsOn : [];
    const reason =
      reasonToLeaveOut(entry, options) ?? parent.map((id) => reasons.get(id)).find((one) => one !== undefined);
    if (reason === undefined) {
      chosen.push({ entry, section: current });
    } else {
      reasons.set(entry.id, reason);
      leftOut.push({ object: describeEntry(entry), reason });
    }
  }
  return { chosen, leftOut };
}

function isPartOf({ type }: SchemaEntry): boolean {
  return type.startsWith('PUBLICATION ') || type.startsWith('SUBSCRIPTION ');
}

function reasonToLeaveOut(entry: SchemaEntry, options: SchemaPlanOptions): string | undefined {
  const { type, name, section } = entry;
  const about = section === 'none' ? name : '';
  if (type === 'DATABASE PROPERTIES' || about.startsWith('DATABASE '))
    return 'belongs to the database, not to its content';
  if (!options.privileges && isPrivilege(entry)) return 'privileges are not wanted';
  if (!options.securityLabels && type === 'SECURITY LABEL') return 'security labels are not wanted';
  if (!options.comments && type === 'COMMENT') return 'comments are not wanted';
  if (!options.extensionComments && type === 'COMMENT' && about.startsWith('EXTENSION ')) {
    return 'comments on extensions are not wanted';
  }
  if (!options.publications && type.startsWith('PUBLICATION')) return 'publications are not wanted';
  if (!options.subscriptions && type.startsWith('SUBSCRIPTION')) return 'subscriptions are not wanted';
  if (!options.eventTriggers && type === 'EVENT TRIGGER') return 'event triggers are not wanted';
  return undefined;
}
