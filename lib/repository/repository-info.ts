import { z } from 'zod';

export const repositoryInfoKey = 'holdfast.json';

/** The repository format this Holdfast reads and writes; documented in docs/repository-format.md. */
export const repositoryFormat = 1;

/** How blocks of a chunk are compressed. */
const codecSchema = z.enum(['zstd', 'gzip']);
export type Codec = z.infer<typeof codecSchema>;

/** All that is read of a `holdfast.json` before its format is known. */
export const anyRepositoryInfoSchema = z.looseObject({
  format: z.int().positive(),
  encryption: z.unknown().optional(),
});

/** `holdfast.json`: checked on every open. `created` is ISO 8601 in UTC. */
export const repositoryInfoSchema = z.strictObject({
  format: z.literal(repositoryFormat),
  created: z.iso.datetime(),
  codec: codecSchema,
  encryption: z.null(),
});
export type RepositoryInfo = z.infer<typeof repositoryInfoSchema>;
