import type { Writable } from 'node:stream';
import type { Connection } from '#lib/config/config.ts';
import type { Environment } from '#lib/config/environment.ts';
import { CancelledError } from '#lib/errors/cancelled-error.ts';
import type { Manifest } from '#lib/manifest/manifest.ts';
import type { Repository } from '#lib/repository/repository.ts';
import type { SchemaEntry } from '#lib/schema/schema-entry.ts';
import type { ExportedTable } from './choose-exported.ts';
import type { ExportFormat } from './export-format.ts';
import { type Written, writeFileFrom, writeStreamFrom } from './write-stream.ts';

export interface ExportRequest {
  repository: Repository;
  manifest: Manifest;
  format: ExportFormat;
  /** Patterns of tables; none: everything. */
  tables: readonly string[];
  /** A path, or a stream for a format that is one file. */
  to: { path: string; overwrite: boolean } | { stream: Writable };
  owners: boolean;
  privileges: boolean;
  /** For `custom`: the database to restore into for a moment; `null`: a server of its own. */
  scratch: Connection | null;
  environment: Environment;
  signal?: AbortSignal;
  /** Bytes that have been read from the repository since the last call. */
  onBytes?: (bytes: number) => void;
}

/** What an export has written. */
export interface Exported {
  files: { name: string; bytes: number; sha256: string | null }[];
  leftOut: { object: string; reason: string }[];
}

/** What a format's writer works on. */
export interface ExportJob extends ExportRequest {
  entries: readonly SchemaEntry[];
  chosen: ExportedTable[];
}

/** Writes the one file of a format, or the stream in its place. */
export function writeOne(job: ExportJob, source: AsyncIterable<Uint8Array>): Promise<Written> {
  const watched = watch(job, source);
  return 'stream' in job.to ? writeStreamFrom(job.to.stream, watched) : writeFileFrom(job.to.path, watched, job.to);
}

export function nameOf({ to }: ExportJob): string {
  return 'stream' in to ? '-' : to.path;
}

/** Tells of what passes, and ends where the person has stopped it. */
export async function* watch(job: ExportJob, source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const part of source) {
    requireGoingOn(job.signal);
    job.onBytes?.(part.byteLength);
    yield part;
  }
}

/** @throws CancelledError where the person does not want it any more. */
export function requireGoingOn(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new CancelledError('The export was stopped; nothing is left of it.', {
    code: 'cancelled',
    hint: 'Run it again when it is wanted.',
  });
}
