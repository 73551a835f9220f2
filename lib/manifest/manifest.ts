import { z } from 'zod';
import { bigintString, chunkRefSchema, digestHex, objectName } from './chunk-ref.ts';

/** A stored object that is not a chunk of rows. */
const objectRef = z.strictObject({ name: objectName, stored: z.int().nonnegative() });

const rowSourceSchema = z.strictObject({
  kind: z.enum(['table', 'partitioned', 'extension-config', 'large-objects']),
  schema: z.string(),
  name: z.string(),
  columns: z.array(z.string()),
  condition: z.string(),
  rows: bigintString,
  /** Bytes of COPY text. */
  bytes: bigintString,
  digest: digestHex,
  chunks: z.array(chunkRefSchema),
});

export const answerSchema = z.strictObject({
  name: z.string(),
  sql: z.string(),
  derived: z.boolean(),
  /** Column values as text, rows in the order of the answer. */
  rows: z.array(z.array(z.string().nullable())),
  /** Present where the person fixed the answer in the config. */
  expect: z.unknown().optional(),
});

const leftOutSchema = z.strictObject({ object: z.string(), reason: z.string() });

/**
 * The manifest, version 1: the JSON that makes chunks a backup. `docs/repository-format.md` describes it for people.
 * Numbers that may pass 2^53 are decimal strings.
 */
export const manifestSchema = z.strictObject({
  format: z.literal(1),
  id: z.string(),
  connection: z.string(),
  run: z.string(),
  /** Which epoch of the run the snapshot belongs to; above 1 where a snapshot was lost on the way. */
  epoch: z.int().positive(),
  label: z.string().nullable(),
  startedAt: z.iso.datetime(),
  completedAt: z.iso.datetime(),
  holdfast: z.string(),
  source: z.strictObject({
    version: z.string(),
    major: z.int(),
    database: z.string(),
    databaseOid: z.string(),
    systemIdentifier: z.string().nullable(),
    encoding: z.string(),
    collation: z.string(),
    characterType: z.string(),
    databaseBytes: bigintString,
  }),
  snapshot: z.strictObject({ takenAt: z.string(), lsn: z.string().nullable() }),
  /** `ref`: the branch or tag; absent from manifests that were written before it was kept. */
  git: z.strictObject({ sha: z.string().nullable(), ref: z.string().nullable().optional() }),
  /** How far the database's migrations were; `environment`: as the deploy told it. Absent where it was not kept. */
  migration: z.strictObject({ tool: z.string(), version: z.string() }).nullable().optional(),
  codec: z.enum(['zstd', 'gzip']),
  schema: z.strictObject({
    tool: z.enum(['native', 'wasm']),
    pgDumpVersion: z.string(),
    /** JSON array of schema entries (lib/schema), compressed with zstd. */
    entries: objectRef,
    /** The same as scripts for psql, compressed with the repository's codec. */
    preData: objectRef,
    postData: objectRef,
  }),
  /** JSON array of inventory items (lib/catalog), compressed with zstd. */
  inventory: objectRef,
  tables: z.array(rowSourceSchema),
  sequences: z.array(
    z.strictObject({ schema: z.string(), name: z.string(), lastValue: z.string(), isCalled: z.boolean() }),
  ),
  extensions: z.array(z.strictObject({ name: z.string(), version: z.string(), schema: z.string() })),
  matviews: z.array(z.strictObject({ schema: z.string(), name: z.string(), populated: z.boolean() })),
  largeObjects: z.array(
    z.strictObject({ oid: z.string(), owner: z.string(), acl: z.string().nullable(), comment: z.string().nullable() }),
  ),
  answers: z.array(answerSchema),
  leftOut: z.array(leftOutSchema),
  totals: z.strictObject({
    rows: bigintString,
    bytes: bigintString,
    stored: bigintString,
    /** Bytes that were not in the repository before. */
    newStored: bigintString,
    chunks: z.int().nonnegative(),
  }),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestTable = z.infer<typeof rowSourceSchema>;
export type QueryAnswer = z.infer<typeof answerSchema>;
