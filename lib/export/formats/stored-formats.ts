import { z } from 'zod';
import type { BackupKey } from '#lib/manifest/manifest-store.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { formatsPrefix } from '#lib/repository/repository-keys.ts';

const storedFormatSchema = z.strictObject({
  format: z.enum(['sql', 'custom', 'csv', 'json']),
  storedAt: z.iso.datetime(),
  files: z.array(
    z.strictObject({
      /** Below the folder of the backup, as in `formats/database.sql.zst`. */
      path: z.string(),
      /** The table whose rows it holds, for people; `null`: the whole backup. */
      table: z.string().nullable(),
      bytes: z.int().nonnegative(),
      sha256: z.string(),
    }),
  ),
});

/** What one extra format of a backup consists of. */
export type StoredFormat = z.infer<typeof storedFormatSchema>;

const storedFormatsSchema = z.strictObject({ formats: z.array(storedFormatSchema) });

/** The extra formats that lie beside a backup. */
export async function readStoredFormats(repository: Repository, backup: BackupKey): Promise<StoredFormat[]> {
  return (await repository.getJson(recordKey(backup), storedFormatsSchema))?.formats ?? [];
}

/** Notes a format, in the place of an earlier one of its name. One run writes at a time. */
export async function noteStoredFormat(repository: Repository, backup: BackupKey, stored: StoredFormat): Promise<void> {
  const others = (await readStoredFormats(repository, backup)).filter(({ format }) => format !== stored.format);
  await repository.putJson(recordKey(backup), { formats: [...others, stored] });
}

function recordKey(backup: BackupKey): string {
  return `${formatsPrefix(backup)}formats.json`;
}
