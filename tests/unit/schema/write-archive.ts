import type { SchemaEntry } from '#lib/schema/schema-entry.ts';
import { schemaSections } from '#lib/schema/schema-entry.ts';

/** An entry with everything filled in but what a test says. */
export function makeEntry(some: Partial<SchemaEntry> & Pick<SchemaEntry, 'id' | 'type' | 'name'>): SchemaEntry {
  return {
    ...{ section: 'pre-data', schema: 'public', owner: 'owner', definition: '', drop: '', tablespace: null },
    ...{ accessMethod: null, relkind: null, dependsOn: [] },
    ...some,
  };
}

/** Writes an archive as pg_dump's WriteHead and WriteToc do, for the format 1.`minor`. */
export function writeArchive(options: { minor: number; entries: readonly SchemaEntry[] }): Buffer {
  const { minor, entries } = options;
  const head = [
    Buffer.from('PGDMP'),
    Buffer.from([1, minor, 0, 4, 8, 1]),
    minor >= 15 ? Buffer.from([0]) : writeInt(0),
    ...[1, 2, 3, 4, 5, 126, 0].map(writeInt),
    ...['database', '16.14', '18.3'].map(writeString),
    writeInt(entries.length),
  ];
  return Buffer.concat([...head, ...entries.map((entry) => writeEntry(entry, minor))]);
}

function writeEntry(entry: SchemaEntry, minor: number): Buffer {
  return Buffer.concat([
    writeInt(entry.id),
    writeInt(0),
    ...['1259', '16384', entry.name, entry.type].map(writeString),
    writeInt(schemaSections.indexOf(entry.section) + 1),
    ...[entry.definition, entry.drop, null, entry.schema, entry.tablespace, entry.accessMethod].map(writeString),
    ...(minor >= 16 ? [writeInt(entry.relkind?.charCodeAt(0) ?? 0)] : []),
    ...[entry.owner, 'false', ...entry.dependsOn.map(String), null].map(writeString),
    Buffer.alloc(9),
  ]);
}

function writeInt(value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt8(value < 0 ? 1 : 0);
  bytes.writeUInt32LE(Math.abs(value), 1);
  return bytes;
}

function writeString(text: string | null): Buffer {
  if (text === null) return writeInt(-1);
  const bytes = Buffer.from(text);
  return Buffer.concat([writeInt(bytes.length), bytes]);
}
