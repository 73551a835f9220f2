/**
 * Where rows come from: a table proper, a partitioned table whose rows have to find their partition anew, an extension's
 * configuration table, or the large objects as one table.
 */
export type RowSourceKind = 'table' | 'partitioned' | 'extension-config' | 'large-objects';

/** One thing whose rows a backup carries. Leaf partitions are tables of their own; partitioned parents hold no rows. */
export interface RowSource {
  kind: RowSourceKind;
  schema: string;
  name: string;
  /** In their order, without dropped and generated ones. */
  columns: string[];
  /** `extcondition` of an extension's configuration table: `where ...` or empty. */
  condition: string;
  /** Heap pages at the time of the plan; 0 where rows cannot be cut by page. */
  pages: number;
  /** Bytes of heap and TOAST, for sharing work out. */
  bytes: number;
  /** Rows can be read by TID range (PostgreSQL 14+, heap access method, no condition). */
  ranged: boolean;
}

export interface SequenceState {
  schema: string;
  name: string;
  lastValue: string;
  isCalled: boolean;
}

export interface ExtensionInfo {
  name: string;
  version: string;
  schema: string;
}

export interface MatviewInfo {
  schema: string;
  name: string;
  populated: boolean;
}

/** What belongs to large objects besides their bytes. */
export interface LargeObjectInfo {
  oid: string;
  owner: string;
  acl: string | null;
  comment: string | null;
}

/** One named thing that must be there, and valid, in the copy too. */
export interface InventoryItem {
  type: 'index' | 'constraint' | 'policy' | 'trigger' | 'row security' | 'rule' | 'event trigger';
  /** `"schema"."table"` and the thing's own name. */
  object: string;
  /** False where the source itself has it as not valid (`NOT VALID` constraint, broken index). */
  valid: boolean;
  /** A short code of what it is: contype, 'forced', enabled state. */
  detail: string;
}

/** Something the backup carries only in part, or not at all, and why. */
export interface LeftOut {
  object: string;
  reason: string;
}

/** Everything the backup must know of a database besides its pg_dump schema. */
export interface Catalog {
  sources: RowSource[];
  sequences: SequenceState[];
  extensions: ExtensionInfo[];
  /** In the order in which they can be refreshed. */
  matviews: MatviewInfo[];
  largeObjects: LargeObjectInfo[];
  inventory: InventoryItem[];
  leftOut: LeftOut[];
}
