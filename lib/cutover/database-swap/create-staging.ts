import { RefusedError } from '#lib/errors/refused-error.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { sqlstateOf } from '#lib/postgres/classify-error.ts';
import { quoteIdent, quoteLiteral } from '#lib/postgres/quote.ts';
import type { Session } from '#lib/postgres/session.ts';
import { databaseRowSchema, planCreateDatabase } from './plan-create-database.ts';

/**
 * Makes the database `name`, like the one with the oid but empty, and closed to the public. Safe to run twice, and twice
 * at once: the name carries the run's id, so a database that has it is the run's own.
 * @throws UnavailableError where template0 is in use, else pg's error.
 */
export async function createStaging(
  session: Session,
  { name, likeOid, oid }: { name: string; likeOid: string; oid?: number },
): Promise<void> {
  // Two attempts at once would meet in the rows of the catalogue; the session's end gives the lock back.
  await session.query(`set lock_timeout = '30s'; select pg_catalog.pg_advisory_lock(
    pg_catalog.hashtextextended(${quoteLiteral(`holdfast staging ${name}`)}, 0))`);
  const answer = await session.query<{ row: string }>(`
    select (pg_catalog.to_jsonb(d) || pg_catalog.jsonb_build_object(
      'owner', pg_catalog.pg_get_userbyid(d.datdba), 'encoding_name', pg_catalog.pg_encoding_to_char(d.encoding),
      'tablespace', case when d.dattablespace <> t.dattablespace then s.spcname end))::text as row
    from pg_catalog.pg_database d
      join pg_catalog.pg_tablespace s on s.oid = d.dattablespace
      join pg_catalog.pg_database t on t.datname = 'template0'
    where d.oid = ${quoteLiteral(likeOid)}`);
  const row = answer.rows[0]?.row;
  if (row === undefined)
    throw new RefusedError('The target database was dropped.', {
      code: 'target_gone',
      hint: 'Nothing was changed; start the restore again.',
    });
  try {
    await session.query(planCreateDatabase(name, databaseRowSchema.parse(JSON.parse(row)), { oid }));
  } catch (cause) {
    const state = sqlstateOf(cause);
    if (state === '55006') {
      throw new UnavailableError(`Database ${name} cannot be made: template0 is in use.`, {
        code: 'template_in_use',
        hint: 'Another session changes or copies template0; run again when it is done.',
        cause,
      });
    }
    // 42P04 duplicate_database: the run's own, by its name.
    if (state !== '42P04') throw cause;
  }
  // Everybody may connect to a new database; what lets them in is given with the live one's name.
  await session.query(`revoke connect on database ${quoteIdent(name)} from public`);
}
