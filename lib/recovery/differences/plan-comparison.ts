import type { SideTable } from '#lib/recovery/recovery-plan.ts';
import type { Relation, RelationColumn, RelationKeyColumn } from './read-relation.ts';

/** A column of the key; `asText` where its type is another one now, so that only its text can be compared. */
export interface ComparedKey extends RelationKeyColumn {
  asText: boolean;
}

/** How the rows of a side table are compared with those of the live table. */
export type Comparison =
  | { how: 'by key'; key: ComparedKey[]; columns: string[]; notes: string[] }
  | { how: 'counts'; reason: string; columns: string[]; notes: string[] }
  | { how: 'unread'; reason: string; columns: string[]; notes: string[] }
  | { how: 'gone'; reason: string; columns: string[]; notes: string[] };

/**
 * Decides how a side table can be compared with the live table of the name it has in the backup. Rows belong together
 * by the primary key, where both have one of the same columns; all columns that both have are compared. Pure.
 */
export function planComparison(
  table: Pick<SideTable, 'key' | 'noKey'>,
  { side, live }: { side: Relation; live: Relation | undefined },
): Comparison {
  const names = side.columns.map(({ name }) => name);
  if (live === undefined) {
    return {
      how: 'gone',
      reason: 'there is no such table any more: every row is only in the backup',
      columns: names,
      notes: [],
    };
  }
  const liveColumns = new Map(live.columns.map((column) => [column.name, column]));
  const columns = names.filter((name) => liveColumns.has(name));
  const notes = describeChanges(side, liveColumns);
  if (live.unreadable !== null) return { how: 'unread', reason: live.unreadable, columns, notes };
  const reason = whyOnlyCounts(table, live);
  if (reason !== null) return { how: 'counts', reason, columns, notes };
  const key = (live.key ?? []).map((column) => {
    const before = side.columns.find(({ name }) => name === column.name);
    return { ...column, asText: !isSameKind(before, liveColumns.get(column.name)) };
  });
  return { how: 'by key', key, columns, notes };
}

function whyOnlyCounts(table: Pick<SideTable, 'key' | 'noKey'>, live: Relation): string | null {
  if (table.key === null) return table.noKey ?? 'it has no primary key in the backup';
  if (live.key === null)
    return `the live table has no primary key that rows can be compared by; it was (${table.key.join(', ')})`;
  const now = live.key.map(({ name }) => name);
  const same = now.length === table.key.length && now.every((name) => table.key?.includes(name));
  if (same) return null;
  return `its primary key has changed: it was (${table.key.join(', ')}) and is (${now.join(', ')})`;
}

function describeChanges(side: Relation, live: ReadonlyMap<string, RelationColumn>): string[] {
  const here = new Map(side.columns.map((column) => [column.name, column]));
  const gone = [...here.keys()].filter((name) => !live.has(name));
  const added = [...live.values()].filter(({ name, generated }) => !here.has(name) && !generated);
  const generated = [...live.values()].filter((column) => !here.has(column.name) && column.generated);
  const changed = [...here.values()].filter(({ name, type }) => live.has(name) && live.get(name)?.type !== type);
  const list = (columns: readonly { name: string }[]): string => columns.map(({ name }) => name).join(', ');
  return [
    ...(gone.length > 0 ? [`not compared, as the live table does not have it any more: ${gone.join(', ')}`] : []),
    ...(added.length > 0 ? [`not compared, as the backup does not have it: ${list(added)}`] : []),
    ...(generated.length > 0 ? [`not compared, as the database generates it: ${list(generated)}`] : []),
    ...changed.map(({ name, type }) => `${name} was ${type} and is ${live.get(name)?.type ?? ''}: compared as text`),
  ];
}

function isSameKind(one: RelationColumn | undefined, other: RelationColumn | undefined): boolean {
  return one !== undefined && other !== undefined && one.type === other.type && one.collation === other.collation;
}
