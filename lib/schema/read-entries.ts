import { z } from 'zod';
import type { Manifest } from '#lib/manifest/manifest.ts';
import { readObject } from '#lib/manifest/read-object.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { type SchemaEntry, schemaEntrySchema } from './schema-entry.ts';

/** The schema of a backup, as pg_dump told it. @throws DamagedError. */
export async function readSchemaEntries(repository: Repository, manifest: Manifest): Promise<SchemaEntry[]> {
  return readObject(repository, manifest.schema.entries, { object: 'schema', schema: z.array(schemaEntrySchema) });
}
