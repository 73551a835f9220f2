import { ArchiveReader, damaged } from './archive-reader.ts';
import { dropColumnVersions } from './drop-column-versions.ts';
import { type SchemaEntry, schemaSections } from './schema-entry.ts';

/** A pg_dump archive without its rows. */
export interface SchemaArchive {
  /** Of the format: `1.14` is written by pg_dump 12 to 15, `1.15` by 16, `1.16` by 17 and 18. */
  archiveVersion: string;
  /** As `pg_dump --version` says it, for example `18.3`. */
  pgDumpVersion: string;
  serverVersion: string;
  entries: SchemaEntry[];
}

const oldest = 14;
const newest = 16;
const customFormat = 1;

/**
 * The table of contents of an archive made by `pg_dump --format=custom --schema-only`, in archive order (which is an
 * order in which it can be restored). Layout: pg_backup_archiver.c, ReadHead and ReadToc; PostgreSQL 12 to 18.
 * @throws DatabaseError when the bytes are no such archive or end too early.
 */
export function parseArchive(bytes: Uint8Array): SchemaArchive {
  const reader = new ArchiveReader(bytes);
  const { minor, ...head } = readHead(reader);
  const count = reader.readInt();
  const entries: SchemaEntry[] = [];
  for (let index = 0; index < count; index++) entries.push(readEntry(reader, minor));
  return { ...head, entries };
}

function readHead(reader: ArchiveReader): Omit<SchemaArchive, 'entries'> & { minor: number } {
  if (Buffer.from(reader.readBytes(5)).toString('latin1') !== 'PGDMP') throw damaged('it does not begin with PGDMP');
  const [major = 0, minor = 0] = reader.readBytes(3);
  const archiveVersion = `${major}.${minor}`;
  if (major !== 1 || minor < oldest || minor > newest) throw damaged(`it has the format ${archiveVersion}`);
  reader.intSize = reader.readByte();
  reader.offsetSize = reader.readByte();
  if (reader.readByte() !== customFormat) throw damaged('it is not in the custom format');
  // 1.15 names the compression by one byte; before that a level said it.
  if (minor >= 15) reader.readByte();
  else reader.readInt();
  for (let field = 0; field < 7; field++) reader.readInt(); // struct tm of the dump's start
  reader.readString(); // database name
  const serverVersion = reader.readString() ?? '';
  const pgDumpVersion = reader.readString() ?? '';
  return { archiveVersion, minor, serverVersion, pgDumpVersion };
}

function readEntry(reader: ArchiveReader, minor: number): SchemaEntry {
  const id = reader.readInt();
  reader.readInt(); // whether rows follow
  reader.readString(); // catalogue's OID
  reader.readString(); // object's OID
  const name = reader.readString() ?? '';
  const type = reader.readString() ?? '';
  const section = schemaSections[reader.readInt() - 1];
  if (section === undefined) throw damaged(`the section of ${type} ${name} is unknown`);
  const definition = dropColumnVersions(reader.readString() ?? '');
  const drop = reader.readString() ?? '';
  reader.readString(); // COPY statement
  const schema = reader.readString() || null;
  const tablespace = reader.readString();
  const accessMethod = reader.readString() || null;
  const relkindCode = minor >= 16 ? reader.readInt() : 0;
  const owner = reader.readString() ?? '';
  reader.readString(); // WITH OIDS, always "false"
  const dependsOn: number[] = [];
  for (let other = reader.readString(); other !== null; other = reader.readString()) dependsOn.push(Number(other));
  reader.skipOffset(); // of the rows
  const relkind = relkindCode === 0 ? null : String.fromCharCode(relkindCode);
  return {
    ...{ id, type, section, schema, name, owner, definition, drop },
    ...{ tablespace, accessMethod, relkind, dependsOn },
  };
}
