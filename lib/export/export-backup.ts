import { readSchemaEntries } from '#lib/schema/read-entries.ts';
import { chooseExported } from './choose-exported.ts';
import { exportCustom } from './custom/export-custom.ts';
import { exportDirectory, exportTables } from './export-folders.ts';
import { type Exported, type ExportJob, type ExportRequest, nameOf, requireGoingOn, writeOne } from './export-job.ts';
import { planScript } from './plan-script.ts';
import { planTablesScript } from './plan-tables-script.ts';
import { scriptBytes } from './script-bytes.ts';

/**
 * Writes a backup in another format. Memory hangs on two chunks, or the longest row. On any error nothing is left of it.
 * @throws UsageError (no such table, output in the way), RefusedError (what `custom` needs is missing), DamagedError,
 *   StorageError (output), CancelledError.
 */
export async function exportBackup(request: ExportRequest): Promise<Exported> {
  try {
    return await exportAs(request);
  } catch (cause) {
    // A program that was ended with us fails in its own words.
    requireGoingOn(request.signal);
    throw cause;
  }
}

async function exportAs(request: ExportRequest): Promise<Exported> {
  const entries = await readSchemaEntries(request.repository, request.manifest);
  const chosen = chooseExported({ manifest: request.manifest, entries }, request.tables);
  const job: ExportJob = { ...request, entries, chosen };
  if (request.format === 'sql') return exportSql(job);
  if (request.format === 'custom') return exportCustom(job);
  if (request.format === 'directory') return exportDirectory(job);
  return exportTables(job, request.format);
}

async function exportSql(job: ExportJob): Promise<Exported> {
  const { repository, manifest, entries, chosen } = job;
  const whole = job.tables.length === 0;
  const { parts, leftOut } = whole
    ? planScript({ manifest, entries }, job)
    : { parts: planTablesScript({ manifest, entries }, chosen), leftOut: [] };
  const written = await writeOne(job, scriptBytes(repository, { parts, codec: manifest.codec }));
  return { files: [{ name: nameOf(job), ...written }], leftOut };
}
