import { RefusedError } from '#lib/errors/refused-error.ts';
import { quoteIdent, quoteLiteral } from '#lib/postgres/quote.ts';
import type { Session } from '#lib/postgres/session.ts';

/** The side schema of a run. */
export interface SideSchema {
  runId: string;
  name: string;
}

/** What a schema of a name is: not there, the one that the run has made, or somebody else's. */
export type SchemaOwner = 'nobody' | 'this run' | 'others';

/** The comment on a side schema: for people, and the mark by which a run knows its own. */
function markOf(runId: string): string {
  return `holdfast run ${runId}`;
}

/** Whose the schema of this name is. */
export async function findSchemaOwner(session: Session, { runId, name }: SideSchema): Promise<SchemaOwner> {
  const answer = await session.query<{ mark: string | null }>(
    `select pg_catalog.obj_description(oid, 'pg_namespace') as mark from pg_catalog.pg_namespace where nspname = $1`,
    [name],
  );
  const row = answer.rows[0];
  if (row === undefined) return 'nobody';
  return row.mark?.startsWith(markOf(runId)) === true ? 'this run' : 'others';
}

/**
 * Makes the side schema with its mark, inside the caller's transaction: they are there together or not at all.
 * @throws RefusedError where another schema has the name.
 */
export async function createSideSchema(session: Session, schema: SideSchema & { backup: string }): Promise<void> {
  const { runId, name, backup } = schema;
  const owner = await findSchemaOwner(session, schema);
  if (owner === 'this run') return;
  if (owner === 'others') throw schemaExists(name);
  const about = `${markOf(runId)}: tables of backup ${backup}`;
  await session.query(`create schema ${quoteIdent(name)}`);
  await session.query(`comment on schema ${quoteIdent(name)} is ${quoteLiteral(about)}`);
}

function schemaExists(name: string): RefusedError {
  return new RefusedError(`schema ${name}: the live database has it already.`, {
    code: 'schema_exists',
    hint: 'Give the name of a new schema: --schema-as NAME. Nothing was changed.',
  });
}
