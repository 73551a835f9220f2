import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { type Exported, type ExportJob, requireGoingOn, writeOne } from '#lib/export/export-job.ts';
import { toOutputError } from '#lib/export/output-error.ts';
import { requireAbsent } from '#lib/export/write-stream.ts';
import { writeCustom } from './write-custom.ts';

/** Writes the archive beside its place and gives it its name when it is whole; for a stream, to a temporary file first. */
export async function exportCustom(job: ExportJob): Promise<Exported> {
  const { to } = job;
  const tables = job.tables.length === 0 ? null : job.chosen;
  const onBytes = (bytes: number): void => {
    requireGoingOn(job.signal);
    job.onBytes?.(bytes);
  };
  if ('stream' in to) {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-export-'));
    try {
      const file = join(folder, 'database.dump');
      const { leftOut } = await writeCustom({ ...job, tables, onBytes, file });
      const written = await writeOne({ ...job, onBytes: () => undefined }, createReadStream(file));
      return { files: [{ name: '-', ...written }], leftOut };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  await requireAbsent(to.path, to);
  const path = resolve(to.path);
  const half = join(dirname(path), `.${basename(path).slice(0, 200)}.${randomBytes(4).toString('hex')}.part`);
  try {
    const { leftOut } = await writeCustom({ ...job, tables, onBytes, file: half });
    requireGoingOn(job.signal);
    const { size } = await stat(half);
    await rename(half, path);
    return { files: [{ name: to.path, bytes: size, sha256: null }], leftOut };
  } catch (cause) {
    throw toOutputError(cause, to.path);
  } finally {
    await rm(half, { force: true });
  }
}
