import { z } from 'zod';

/** Where pg_restore puts an entry. A comment, an ACL or a security label is `none`: it goes with the object before it. */
export const schemaSections = ['none', 'pre-data', 'data', 'post-data'] as const;

/**
 * One entry of a pg_dump archive's table of contents: an object of the schema, with the SQL that makes it. Names are
 * as in the catalogue, unquoted. The field names of the archive's source (pg_backup_archiver.h, struct _tocEntry) are
 * given where they differ.
 */
export const schemaEntrySchema = z.strictObject({
  /** `dumpId`: unique in the archive, and what `dependsOn` of others names. */
  id: z.int().positive(),
  /** `desc`: TABLE, INDEX, FK CONSTRAINT, ACL, ... */
  type: z.string().min(1),
  section: z.enum(schemaSections),
  /** `namespace`, null for objects that are in no schema. */
  schema: z.string().nullable(),
  /** `tag`: the name; with arguments for a function, with its table before it for a constraint, a trigger or a policy. */
  name: z.string(),
  /** Empty where the object has no owner of its own. */
  owner: z.string(),
  /** `defn`: may hold several statements, or none. */
  definition: z.string(),
  /** `dropStmt`: empty where dropping another object drops this one. */
  drop: z.string(),
  /** `''` is the database's own tablespace, null an object that has none. */
  tablespace: z.string().nullable(),
  /** `tableam`. */
  accessMethod: z.string().nullable(),
  /** pg_class.relkind, from archives of pg_dump 17 and newer. */
  relkind: z.string().length(1).nullable(),
  dependsOn: z.array(z.int()),
});

/** See `schemaEntrySchema`. */
export type SchemaEntry = z.infer<typeof schemaEntrySchema>;
