import type { Writable } from 'node:stream';
import { readEnvironment } from '#lib/config/environment.ts';
import { exportBackup } from '#lib/export/export-backup.ts';
import type { Manifest } from '#lib/manifest/manifest.ts';
import type { Repository } from '#lib/repository/repository.ts';

/** What is wanted of a backup as one file. */
export interface WantedExport {
  format: 'sql' | 'csv' | 'json';
  /** A pattern; none: everything. */
  table?: string | undefined;
}

/** Under which name, and as what, a client saves an export. Pure. */
export function fileOf(
  { id, connection, codec }: Pick<Manifest, 'id' | 'connection' | 'codec'>,
  { format, table }: WantedExport,
): { file: string; type: string } {
  const ending = codec === 'zstd' ? 'zst' : 'gz';
  const about = table === undefined ? '' : `-${table.replaceAll(/[^A-Za-z0-9._-]/g, '_').slice(0, 100)}`;
  const name = `${connection}-${id}${about}`;
  if (format === 'sql') {
    return { file: `${name}.sql.${ending}`, type: codec === 'zstd' ? 'application/zstd' : 'application/gzip' };
  }
  return format === 'csv'
    ? { file: `${name}.csv`, type: 'text/csv; charset=utf-8' }
    : { file: `${name}.jsonl`, type: 'application/jsonl; charset=utf-8' };
}

/** Writes an export to a stream. @throws UsageError (no such table), DamagedError, CancelledError, StorageError. */
export async function sendExport(
  { repository, manifest, format, table }: WantedExport & { repository: Repository; manifest: Manifest },
  { stream, signal }: { stream: Writable; signal: AbortSignal },
): Promise<void> {
  await exportBackup({
    ...{ repository, manifest, format, signal, scratch: null },
    tables: table === undefined ? [] : [table],
    to: { stream },
    owners: true,
    privileges: true,
    environment: readEnvironment(),
  });
}
