import { describe, expect, it } from 'vitest';
import { UsageError } from '#lib/errors/usage-error.ts';
import { createBackupId, parseBackupId } from '#lib/repository/backup-id.ts';
import { parseStoreLocation } from '#lib/repository/open-store.ts';
import { chunkKey, manifestKey, parseManifestKey } from '#lib/repository/repository-keys.ts';

describe('a backup id', () => {
  it('is the time and six characters', () => {
    expect(createBackupId(new Date('2026-11-21T01:45:00.999Z'), () => 0)).toBe('20261121T014500Z-rraaaa');
    expect(createBackupId(new Date())).toMatch(/^\d{8}T\d{6}Z-[a-z0-9]{6}$/);
  });

  it('differs from another of the same millisecond', () => {
    const date = new Date();
    expect(new Set(Array.from({ length: 20 }, () => createBackupId(date))).size).toBe(20);
  });

  it('sorts by time', () => {
    const dates = ['2025-12-31T23:59:59.999Z', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.009Z'].concat(
      ...['2026-01-01T00:00:00.010Z', '2026-01-01T00:00:00.035Z', '2026-01-01T00:00:00.036Z', '2026-10-01T00:00:00Z'],
    );
    const ids = dates.map((date) => createBackupId(new Date(date)));
    expect(ids.toSorted()).toEqual(ids);
  });

  it('tells its time again and nothing of another text', () => {
    expect(parseBackupId('20261121T014500Z-x7k2qd')?.created).toEqual(new Date('2026-11-21T01:45:00Z'));
    for (const text of ['', 'latest', '20261121T014500Z', '20261321T014500Z-x7k2qd', '20261121T014500Z-X7K2QD']) {
      expect(parseBackupId(text)).toBeUndefined();
    }
  });
});

describe('the keys of a repository', () => {
  it('are those of the format', () => {
    expect(chunkKey('ab34')).toBe('chunks/ab/ab34');
    const backup = { connection: 'production', backupId: '20261121T014500Z-x7k2qd' };
    expect(manifestKey(backup)).toBe('backups/production/20261121T014500Z-x7k2qd/manifest.json');
    expect(parseManifestKey(manifestKey(backup))).toEqual(backup);
    expect(parseManifestKey('backups/production/20261121T014500Z-x7k2qd/restore.sh')).toBeUndefined();
  });
});

describe('a repository location', () => {
  it.each([
    ['s3://bucket', { kind: 's3', bucket: 'bucket', prefix: '' }],
    ['s3://bucket/', { kind: 's3', bucket: 'bucket', prefix: '' }],
    ['s3://my.bucket-1/a/b/', { kind: 's3', bucket: 'my.bucket-1', prefix: 'a/b' }],
    ['file:.holdfast/repository', { kind: 'file', folder: '.holdfast/repository' }],
    ['file:/var/backups', { kind: 'file', folder: '/var/backups' }],
    ['file:///var/my%20backups', { kind: 'file', folder: '/var/my backups' }],
  ])('%s is understood', (location, parsed) => {
    expect(parseStoreLocation(location)).toEqual(parsed);
  });

  it.each([
    '',
    'bucket',
    '/var/backups',
    's3:bucket',
    's3://',
    's3://Bucket',
    's3://b/a//b',
    'file:',
    'file://host/a',
    'file:///',
    'gs://a/b',
  ])('%j is refused with the right forms in the hint', (location) => {
    expect(() => parseStoreLocation(location)).toThrow(UsageError);
  });

  it('shows no key that someone wrote into it', () => {
    expect(() => parseStoreLocation('s3://AKIA:secret@bucket/prefix')).toThrow(/^(?!.*secret).*\*\*\*@bucket/);
  });
});
