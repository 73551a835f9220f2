import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGzip, createZstdCompress } from 'node:zlib';
import type { Environment } from '#lib/config/environment.ts';
import type { ExtraFormat } from '#lib/config/extra-formats.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { chooseExported, describe } from '#lib/export/choose-exported.ts';
import { writeCustom } from '#lib/export/custom/write-custom.ts';
import { planScript } from '#lib/export/plan-script.ts';
import { scriptBytes } from '#lib/export/script-bytes.ts';
import { csvBytes, jsonBytes } from '#lib/export/table-bytes.ts';
import { measure, type Written } from '#lib/export/write-stream.ts';
import type { Manifest } from '#lib/manifest/manifest.ts';
import { readManifest } from '#lib/manifest/manifest-store.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { backupPrefix } from '#lib/repository/repository-keys.ts';
import { readSchemaEntries } from '#lib/schema/read-entries.ts';
import type { SchemaEntry } from '#lib/schema/schema-entry.ts';
import { noteStoredFormat, type StoredFormat } from './stored-formats.ts';

interface FormatJob {
  repository: Repository;
  manifest: Manifest;
  entries: readonly SchemaEntry[];
  environment: Environment;
}

/**
 * Stores a committed backup in one more format beside its manifest, with the SHA-256 of each file. It is read back from
 * its chunks, so what is stored is also a first reading of the backup. Safe to run twice: files are written over.
 * @throws RefusedError where the repository is encrypted or `custom` has no pg_dump, DamagedError, StorageError.
 */
export async function storeFormat(
  backup: { connection: string; backupId: string },
  { repository, format, environment }: { repository: Repository; format: ExtraFormat; environment: Environment },
): Promise<{ files: number; bytes: number }> {
  if (repository.keys !== null) {
    throw new RefusedError(`The format ${format} would lie in clear in a repository that is encrypted.`, {
      code: 'format_in_clear',
      hint: 'Take `formats` out of the config; `holdfast export` writes them where they are wanted.',
    });
  }
  const manifest = await readManifest(repository, backup);
  const entries = await readSchemaEntries(repository, manifest);
  const files = await storeFiles({ repository, manifest, entries, environment }, format);
  await noteStoredFormat(repository, backup, { format, storedAt: new Date().toISOString(), files });
  return { files: files.length, bytes: files.reduce((sum, file) => sum + file.bytes, 0) };
}

async function storeFiles(job: FormatJob, format: ExtraFormat): Promise<StoredFormat['files']> {
  const { repository, manifest, entries } = job;
  const ending = manifest.codec === 'zstd' ? 'zst' : 'gz';
  if (format === 'sql') {
    const { parts } = planScript({ manifest, entries }, { owners: true, privileges: true });
    const bytes = scriptBytes(repository, { parts, codec: manifest.codec });
    return [await storeFile(job, { path: `formats/database.sql.${ending}`, table: null, bytes })];
  }
  if (format === 'custom') return [await storeArchive(job)];
  const files: StoredFormat['files'] = [];
  for (const table of chooseExported({ manifest, entries }, [])) {
    const rows =
      format === 'csv'
        ? csvBytes({ repository, manifest, table })
        : jsonBytes({ repository, manifest, table }, entries);
    const number = String(files.length + 1).padStart(4, '0');
    // Keys of objects hold fewer characters than names of tables; the record has the name.
    const name = `${table.schema}.${table.name}`.replaceAll(/[^A-Za-z0-9._-]/g, '_').slice(0, 150);
    const path = `formats/${format}/${number}-${name}.${format === 'csv' ? 'csv' : 'jsonl'}.${ending}`;
    files.push(await storeFile(job, { path, table: describe(table), bytes: compress(rows, manifest.codec) }));
  }
  return files;
}

async function storeArchive(job: FormatJob): Promise<StoredFormat['files'][number]> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-format-'));
  try {
    const file = join(folder, 'database.dump');
    await writeCustom({ ...job, tables: null, scratch: null, onBytes: () => undefined, file });
    return await storeFile(job, { path: 'formats/database.dump', table: null, bytes: createReadStream(file) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function storeFile(
  { repository, manifest }: FormatJob,
  file: { path: string; table: string | null; bytes: AsyncIterable<Uint8Array> },
): Promise<StoredFormat['files'][number]> {
  const key = `${backupPrefix({ connection: manifest.connection, backupId: manifest.id })}${file.path}`;
  const told: { done?: Written } = {};
  await repository.store.putStream(key, measure(file.bytes, told));
  const { bytes, sha256 } = told.done ?? { bytes: 0, sha256: '' };
  return { path: file.path, table: file.table, bytes, sha256 };
}

async function* compress(source: AsyncIterable<Uint8Array>, codec: Manifest['codec']): AsyncGenerator<Uint8Array> {
  yield* Readable.from(source).compose(codec === 'zstd' ? createZstdCompress() : createGzip({ level: 1 }));
}
