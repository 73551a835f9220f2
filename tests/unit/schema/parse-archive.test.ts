import { describe, expect, it } from 'vitest';
import { DatabaseError } from '#lib/errors/database-error.ts';
import { parseArchive } from '#lib/schema/parse-archive.ts';
import { schemaEntrySchema } from '#lib/schema/schema-entry.ts';
import { makeEntry, writeArchive } from './write-archive.ts';

const entries = [
  makeEntry({ id: 3000, type: 'ENCODING', name: 'ENCODING', schema: null, owner: '' }),
  makeEntry({
    ...{ id: 70_000, type: 'TABLE', name: 'naïve "t"\n; --', tablespace: '', accessMethod: 'heap', relkind: 'r' },
    ...{ definition: 'CREATE TABLE ...', drop: 'DROP TABLE ...', dependsOn: [3000, 200] },
  }),
  makeEntry({ id: 5, type: 'COMMENT', name: 'TABLE t', section: 'none', definition: `x${'é'.repeat(100_000)}` }),
];

describe('parseArchive', () => {
  it('reads the format of pg_dump 17 and 18', () => {
    const archive = parseArchive(writeArchive({ minor: 16, entries }));
    expect(archive).toEqual({ archiveVersion: '1.16', serverVersion: '16.14', pgDumpVersion: '18.3', entries });
    for (const entry of archive.entries) expect(schemaEntrySchema.parse(entry)).toEqual(entry);
  });

  it.each([14, 15])('reads format 1.%i, which knows no relkind', (minor) => {
    const archive = parseArchive(writeArchive({ minor, entries }));
    expect(archive.entries).toEqual(entries.map((entry) => ({ ...entry, relkind: null })));
  });

  it('refuses an archive that is cut off, at whatever byte', () => {
    const bytes = writeArchive({ minor: 16, entries: entries.slice(0, 2) });
    for (let length = 0; length < bytes.length; length++) {
      expect(() => parseArchive(bytes.subarray(0, length)), `${length} bytes`).toThrow(DatabaseError);
    }
  });

  it('refuses what is no archive, or one of a format that it does not know', () => {
    expect(() => parseArchive(Buffer.from('--\n-- PostgreSQL database dump\n'))).toThrow('PGDMP');
    expect(() => parseArchive(writeArchive({ minor: 17, entries }))).toThrow('1.17');
    expect(() => parseArchive(writeArchive({ minor: 13, entries }))).toThrow('1.13');
  });

  it('refuses text that is not UTF-8 instead of changing it', () => {
    const bytes = writeArchive({ minor: 16, entries: [makeEntry({ id: 1, type: 'TABLE', name: 'ABCDEF' })] });
    bytes.writeUInt8(0xff, bytes.indexOf('ABCDEF') + 2);
    expect(() => parseArchive(bytes)).toThrow(/not UTF-8, near "ABÿDEF"/);
  });
});
