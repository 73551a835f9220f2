import { z } from 'zod';
import { inventorySchema } from '#lib/catalog/inventory-schema.ts';
import { chunkRefSchema, digestHex } from '#lib/manifest/chunk-ref.ts';

const rowSource = z.strictObject({
  kind: z.enum(['table', 'partitioned', 'extension-config', 'large-objects']),
  schema: z.string(),
  name: z.string(),
  columns: z.array(z.string()),
  condition: z.string(),
  pages: z.number(),
  bytes: z.number(),
  ranged: z.boolean(),
});

/** `plan-e<epoch>.json` in the run's folder: what one epoch reads, in which pieces, by which lane. */
export const backupPlanSchema = z.strictObject({
  catalog: z.strictObject({
    sources: z.array(rowSource),
    sequences: z.array(
      z.strictObject({ schema: z.string(), name: z.string(), lastValue: z.string(), isCalled: z.boolean() }),
    ),
    extensions: z.array(z.strictObject({ name: z.string(), version: z.string(), schema: z.string() })),
    matviews: z.array(z.strictObject({ schema: z.string(), name: z.string(), populated: z.boolean() })),
    largeObjects: z.array(
      z.strictObject({
        oid: z.string(),
        owner: z.string(),
        acl: z.string().nullable(),
        comment: z.string().nullable(),
      }),
    ),
    inventory: inventorySchema,
    leftOut: z.array(z.strictObject({ object: z.string(), reason: z.string() })),
  }),
  pieces: z.array(
    z.strictObject({
      source: z.int(),
      range: z.tuple([z.int(), z.int().nullable()]).nullable(),
      weight: z.number(),
    }),
  ),
  /** Piece numbers of each lane, in the order in which they are read. */
  lanes: z.array(z.array(z.int())),
});
export type BackupPlan = z.infer<typeof backupPlanSchema>;

/** What reading one piece gave. */
const pieceResultSchema = z.strictObject({
  piece: z.int(),
  rows: z.int(),
  bytes: z.int(),
  digest: digestHex,
  chunks: z.array(chunkRefSchema),
  /** Stored bytes of this piece that were not in the repository before. */
  newStored: z.int(),
});
export type PieceResult = z.infer<typeof pieceResultSchema>;

/** `copied/e<epoch>-l<lane>-<from>-<attempt>.json` in the run's folder: the pieces an attempt of a step has finished. */
export const copiedSchema = z.array(pieceResultSchema);
