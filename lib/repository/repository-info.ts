import { z } from 'zod';

export const repositoryInfoKey = 'holdfast.json';

/** The repository format this Holdfast reads and writes; documented in docs/repository-format.md. */
export const repositoryFormat = 1;

/** How blocks of a chunk are compressed. */
const codecSchema = z.enum(['zstd', 'gzip']);
export type Codec = z.infer<typeof codecSchema>;

/** How an encrypted repository is sealed; documented in docs/repository-format.md. */
export const encryptionScheme = 'holdfast-seal-1';

/** `keyId` is that of the key the repository began with. */
const encryptionSchema = z.strictObject({
  scheme: z.literal(encryptionScheme),
  keyId: z.string().regex(/^[0-9a-f]{16}$/),
});

/** All that is read of a `holdfast.json` before its format is known. */
export const anyRepositoryInfoSchema = z.looseObject({
  format: z.int().positive(),
  encryption: z.looseObject({ scheme: z.unknown().optional() }).nullish(),
});

/** `holdfast.json`: checked on every open, never sealed. `created` is ISO 8601 in UTC; `encryption` null: plain. */
export const repositoryInfoSchema = z.strictObject({
  format: z.literal(repositoryFormat),
  created: z.iso.datetime(),
  codec: codecSchema,
  encryption: encryptionSchema.nullable(),
});
export type RepositoryInfo = z.infer<typeof repositoryInfoSchema>;
