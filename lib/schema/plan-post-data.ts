import { isPrivilege } from './is-privilege.ts';
import { planForeignKeys } from './plan-foreign-keys.ts';
import type { SchemaEntry } from './schema-entry.ts';

/** Groups of one wave can run at the same time; the entries of a group run one after the other. */
export type Wave = SchemaEntry[][];

/**
 * The order of what comes after the rows. Waves:
 * 1. constraints with an index, a group per table (ADD CONSTRAINT takes ACCESS EXCLUSIVE);
 * 2. indexes, each a group of its own (CREATE INDEX takes SHARE, which does not conflict with itself), but those that
 *    also alter their table are one group per table;
 * 3. on partitioned tables: constraints, indexes and the attaching of the partitions' ones, none of which reads rows;
 * 4. foreign keys, in rounds;
 * 5. the rest in archive order, then privileges and default privileges, in pg_restore's order (RestorePass), so that
 *    nothing is denied while it is being made. Event triggers are the caller's, for the very end.
 *
 * An entry that needs one of "the rest" (an index on a materialized view that had to wait for a primary key) is part of
 * it. `entries` are in archive order, which puts what is needed first.
 */
export function planPostData(options: {
  entries: readonly SchemaEntry[];
  byId: ReadonlyMap<number, SchemaEntry>;
  /** ACLs of pre-data objects, which come no earlier than all others. */
  privileges: readonly SchemaEntry[];
}): Wave[] {
  const { byId } = options;
  const partitioned = findPartitioned(byId);
  const constraints: SchemaEntry[] = [];
  const indexes: SchemaEntry[] = [];
  const ofPartitioned: SchemaEntry[] = [];
  const foreignKeys: SchemaEntry[] = [];
  const rest: SchemaEntry[] = [];
  const waiting = new Set<number>();
  for (const entry of options.entries) {
    const table = tableOf(entry, byId);
    const list = (): SchemaEntry[] => {
      if (entry.dependsOn.some((id) => waiting.has(id))) return rest;
      if (entry.type === 'FK CONSTRAINT') return foreignKeys;
      if (entry.type === 'INDEX ATTACH') return ofPartitioned;
      if (table === undefined) return rest;
      if (entry.type === 'CONSTRAINT') return partitioned.has(table) ? ofPartitioned : constraints;
      if (entry.type === 'INDEX') return partitioned.has(table) ? ofPartitioned : indexes;
      return rest;
    };
    const chosen = list();
    chosen.push(entry);
    if (chosen === rest) waiting.add(entry.id);
  }
  const last = [
    ...rest.filter((entry) => !isPrivilege(entry)),
    ...[...options.privileges, ...rest.filter(isPrivilege)].sort(byArchiveOrder(byId)),
  ];
  const waves: Wave[] = [
    groupBy(constraints, (entry) => String(tableOf(entry, byId))),
    groupBy(indexes, (entry) => (altersTable(entry) ? `table ${tableOf(entry, byId)}` : String(entry.id))),
    [ofPartitioned],
    ...planForeignKeys({ foreignKeys, byId }).map((round) => round.map((key) => [key])),
    [last],
  ];
  return waves.map((wave) => wave.filter((group) => group.length > 0)).filter((wave) => wave.length > 0);
}

/** The table or materialized view that a constraint or index is on. */
function tableOf(entry: SchemaEntry, byId: ReadonlyMap<number, SchemaEntry>): number | undefined {
  return entry.dependsOn.find((id) => ['TABLE', 'MATERIALIZED VIEW'].includes(byId.get(id)?.type ?? ''));
}

/** Tables that have partitions: `relkind` tells in newer archives, the definition in older ones. */
function findPartitioned(byId: ReadonlyMap<number, SchemaEntry>): ReadonlySet<number> {
  const found = new Set<number>();
  for (const { id, type, relkind, definition } of byId.values()) {
    if (type === 'TABLE' && (relkind === 'p' || (relkind === null && /^PARTITION BY /m.test(definition))))
      found.add(id);
  }
  return found;
}

/** CLUSTER ON and REPLICA IDENTITY USING INDEX are part of the index's definition and lock the table more strongly. */
function altersTable({ definition }: SchemaEntry): boolean {
  return /^ALTER TABLE /m.test(definition);
}

/** An event trigger, or a comment on one. */
export function isEventTrigger({ type, name, section }: SchemaEntry): boolean {
  return type === 'EVENT TRIGGER' || (section === 'none' && name.startsWith('EVENT TRIGGER '));
}

function byArchiveOrder(byId: ReadonlyMap<number, SchemaEntry>): (one: SchemaEntry, other: SchemaEntry) => number {
  const positions = new Map([...byId.keys()].map((id, position) => [id, position]));
  return (one, other) => (positions.get(one.id) ?? 0) - (positions.get(other.id) ?? 0);
}

function groupBy(entries: readonly SchemaEntry[], key: (entry: SchemaEntry) => string): SchemaEntry[][] {
  return [...Map.groupBy(entries, key).values()];
}
