import { z } from 'zod';
import { type Manifest, manifestSchema } from './manifest.ts';

const { shape } = manifestSchema;

/**
 * What a manifest tells without its key: which backup it is, when, by whom, how large, under which key. Nothing of the
 * database: no name of it or of anything in it, no row, no SQL.
 */
export const outlineSchema = z.strictObject({
  format: shape.format,
  id: shape.id,
  connection: shape.connection,
  run: shape.run,
  label: shape.label,
  startedAt: shape.startedAt,
  completedAt: shape.completedAt,
  holdfast: shape.holdfast,
  source: shape.source.pick({ version: true, major: true }),
  snapshot: shape.snapshot,
  git: shape.git.pick({ sha: true }),
  codec: shape.codec,
  /** How many there are. */
  tables: z.int().nonnegative(),
  totals: shape.totals,
  /** Of the key the rest is sealed under; `null`: the backup is not encrypted. */
  keyId: z.string().nullable(),
});
export type Outline = z.infer<typeof outlineSchema>;

/**
 * An outline as it was read. `checked`: its manifest was opened, and says the same; else it is what the store says, and
 * `database`, the name of the database, is not known.
 */
export type KnownOutline = Outline & { checked: boolean; database: string | null };

/** The outline of a manifest. Pure. */
export function outlineOf(manifest: Manifest, keyId: string | null): Outline {
  const { format, id, connection, run, label, startedAt, completedAt, holdfast, snapshot, codec, totals } = manifest;
  const { version, major } = manifest.source;
  return {
    ...{ format, id, connection, run, label, startedAt, completedAt, holdfast },
    source: { version, major },
    snapshot,
    git: { sha: manifest.git.sha },
    codec,
    tables: manifest.tables.length,
    totals,
    keyId,
  };
}
