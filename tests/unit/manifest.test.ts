import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Manifest } from '#lib/manifest/manifest.ts';
import { openManifest, openObjectNames, sealManifest } from '#lib/manifest/seal-manifest.ts';

const ref = { name: 'a'.repeat(64), stored: 5 };
const manifest: Manifest = {
  format: 1,
  id: '20261121T014500Z-x7k2qd',
  connection: 'production',
  run: 'r',
  epoch: 1,
  label: 'before the "big" one',
  startedAt: '2026-11-21T01:45:00.000Z',
  completedAt: '2026-11-21T01:46:00.000Z',
  holdfast: '0.1.0',
  source: {
    ...{ version: '16.14', major: 16, database: 'd"b', databaseOid: '5', systemIdentifier: '7', encoding: 'UTF8' },
    ...{ collation: 'C', characterType: 'C', databaseBytes: '9007199254740993' },
  },
  snapshot: { takenAt: 't', lsn: '0/1' },
  git: { sha: null },
  codec: 'zstd',
  schema: { tool: 'wasm', pgDumpVersion: '18.3', entries: ref, preData: ref, postData: ref },
  inventory: ref,
  tables: [],
  sequences: [],
  extensions: [],
  matviews: [],
  largeObjects: [],
  answers: [],
  leftOut: [],
  totals: { rows: '0', bytes: '0', stored: '0', newStored: '0', chunks: 0 },
};

const plain = { key: 'backups/p/x/manifest.json', keys: null };

describe('a sealed manifest', () => {
  it('opens to what was sealed', () => {
    expect(openManifest(sealManifest(manifest, plain), plain)).toEqual(manifest);
  });

  it('tells the names of all its objects without being parsed, and checks its seal all the same', () => {
    const chunk = (digit: string) => ({ name: digit.repeat(64), stored: 1, bytes: 1, rows: 1, digest: '0'.repeat(16) });
    const table = { kind: 'table' as const, schema: 'public', columns: ['name'], condition: '', rows: '2', bytes: '2' };
    const digest = '0'.repeat(16);
    const tables = [
      // A table may be called like a field, or like an object.
      { ...table, name: '"name":"', digest, chunks: [chunk('1'), chunk('2')] },
      { ...table, name: 'f'.repeat(64), digest, chunks: [chunk('3')] },
    ];
    const sealed = sealManifest({ ...manifest, tables }, plain);
    const names = new Set(openObjectNames(sealed, plain));
    for (const digit of ['a', '1', '2', '3']) expect(names).toContain(digit.repeat(64));
    expect(names.size).toBeLessThanOrEqual(5);
    const changed = Buffer.from(sealed.toString().replace('1'.repeat(64), '4'.repeat(64)));
    expect(() => openObjectNames(changed, plain)).toThrow(expect.objectContaining({ code: 'manifest_damaged' }));
  });

  it('does not open with any one byte changed', () => {
    const sealed = sealManifest(manifest, plain);
    for (let at = 0; at < sealed.length; at += 7) {
      const damaged = Buffer.from(sealed);
      damaged[at] = (damaged[at] ?? 0) ^ 0x01;
      expect(() => openManifest(damaged, plain), `byte ${at}`).toThrow(
        expect.objectContaining({
          name: 'DamagedError',
          message: expect.stringContaining('backups/p/x/manifest.json'),
        }),
      );
    }
  });

  it('does not open cut short, or empty', () => {
    const sealed = sealManifest(manifest, plain);
    for (const length of [0, 1, sealed.length - 1]) {
      expect(() => openManifest(sealed.subarray(0, length), plain)).toThrow(expect.objectContaining({ exitCode: 5 }));
    }
  });

  it('of a newer format asks for a newer Holdfast', () => {
    const text = JSON.stringify({ format: 2, anything: true });
    const sha256 = createHash('sha256').update(text).digest('hex');
    const sealed = Buffer.from(`{"sha256":"${sha256}","manifest":${text}}\n`);
    expect(() => openManifest(sealed, plain)).toThrow(
      expect.objectContaining({ name: 'RefusedError', code: 'newer_format' }),
    );
  });
});
