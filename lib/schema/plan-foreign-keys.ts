import type { SchemaEntry } from './schema-entry.ts';

/**
 * Foreign keys in rounds: those of one round share no table, so they can be added at the same time. Adding one locks
 * both tables in SHARE ROW EXCLUSIVE mode, one after the other: two that share a table only wait for each other, and two
 * that share both can deadlock. A partition counts as its topmost table, because the lock reaches down from there.
 */
export function planForeignKeys(options: {
  foreignKeys: readonly SchemaEntry[];
  byId: ReadonlyMap<number, SchemaEntry>;
}): SchemaEntry[][] {
  const { foreignKeys, byId } = options;
  const parents = readParents(byId);
  const rounds: { tables: Set<number>; keys: SchemaEntry[] }[] = [];
  for (const key of foreignKeys) {
    const tables = tablesOf(key, byId).map((table) => rootOf(table, parents));
    let round = rounds.find((one) => tables.every((table) => !one.tables.has(table)));
    if (round === undefined) {
      round = { tables: new Set(), keys: [] };
      rounds.push(round);
    }
    for (const table of tables) round.tables.add(table);
    round.keys.push(key);
  }
  return rounds.map(({ keys }) => keys);
}

/** The tables an entry depends on, itself or by a constraint or index that it needs. */
function tablesOf(entry: SchemaEntry, byId: ReadonlyMap<number, SchemaEntry>): number[] {
  return entry.dependsOn.flatMap((id) => {
    const other = byId.get(id);
    if (other?.type === 'TABLE') return [id];
    return other?.type === 'CONSTRAINT' || other?.type === 'INDEX' ? tablesOf(other, byId) : [];
  });
}

function readParents(byId: ReadonlyMap<number, SchemaEntry>): ReadonlyMap<number, number> {
  const parents = new Map<number, number>();
  for (const { type, dependsOn } of byId.values()) {
    const [first, second] = dependsOn;
    // TABLE ATTACH depends on the partition and its parent; which is which does not matter to meet in one root.
    if (type === 'TABLE ATTACH' && first !== undefined && second !== undefined) union(parents, first, second);
  }
  return parents;
}

function union(parents: Map<number, number>, one: number, other: number): void {
  const [rootOfOne, rootOfOther] = [rootOf(one, parents), rootOf(other, parents)];
  if (rootOfOne !== rootOfOther) parents.set(rootOfOne, rootOfOther);
}

function rootOf(table: number, parents: ReadonlyMap<number, number>): number {
  let root = table;
  for (let next = parents.get(root); next !== undefined; next = parents.get(root)) root = next;
  return root;
}
