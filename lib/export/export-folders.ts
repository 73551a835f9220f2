import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '#lib/errors/usage-error.ts';
import { describe, type ExportedTable } from './choose-exported.ts';
import { type Exported, type ExportJob, requireGoingOn, watch, writeOne } from './export-job.ts';
import { fileNamesOf } from './file-name.ts';
import { csvBytes, jsonBytes } from './table-bytes.ts';
import { writeDirectory } from './write-directory.ts';
import { exportMark, writeFolder } from './write-folder.ts';
import { writeFileFrom } from './write-stream.ts';

/** A file for each table, in a folder; one table can go to a stream. */
export async function exportTables(job: ExportJob, format: 'csv' | 'json'): Promise<Exported> {
  const { repository, manifest, entries, chosen, to } = job;
  const bytesOf = (table: ExportedTable): AsyncIterable<Uint8Array> =>
    format === 'csv' ? csvBytes({ repository, manifest, table }) : jsonBytes({ repository, manifest, table }, entries);
  const leftOut = manifest.largeObjects.length === 0 || job.tables.length > 0 ? [] : [largeObjectsLeftOut];
  if ('stream' in to) {
    const [only, second] = chosen;
    if (only && !second) return { files: [{ name: '-', ...(await writeOne(job, bytesOf(only))) }], leftOut };
    throw new UsageError(`${chosen.length} tables do not go into one stream.`, {
      code: 'output_not_one_file',
      hint: `Name one table with --table, or a folder with -o: ${format} is a file for each table.`,
    });
  }
  const files = await writeFolder(to.path, to, async (folder) => {
    const files: Exported['files'] = [];
    for (const [table, name] of fileNamesOf(chosen)) {
      const file = `${name}.${format === 'csv' ? 'csv' : 'jsonl'}`;
      const written = await writeFileFrom(join(folder, file), watch(job, bytesOf(table)), { overwrite: false });
      files.push({ name: file, ...written });
    }
    await mark(job, folder, { files, tables: chosen.map(describe) });
    return files;
  });
  return { files, leftOut };
}

const largeObjectsLeftOut = { object: 'large objects', reason: 'they are no table; the other formats hold them' };

/** A folder with everything for `restore.sh`. */
export async function exportDirectory(job: ExportJob): Promise<Exported> {
  const { to } = job;
  if ('stream' in to || job.tables.length > 0) {
    throw new UsageError('The format directory is a folder with the whole backup.', {
      code: 'output_not_one_file',
      hint: 'Name a folder with -o, without --table.',
    });
  }
  return writeFolder(to.path, to, async (folder) => {
    const onBytes = (bytes: number): void => {
      requireGoingOn(job.signal);
      job.onBytes?.(bytes);
    };
    const written = await writeDirectory(folder, { ...job, onBytes });
    await mark(job, folder, {});
    return { files: [{ name: to.path, bytes: written.bytes, sha256: null }], leftOut: [] };
  });
}

async function mark({ manifest, format }: ExportJob, folder: string, more: object): Promise<void> {
  const about = { backup: manifest.id, connection: manifest.connection, format, takenAt: manifest.snapshot.takenAt };
  await writeFile(join(folder, exportMark), `${JSON.stringify({ ...about, ...more }, null, 2)}\n`);
}
