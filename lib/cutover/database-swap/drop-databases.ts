import type { DatabaseSwap } from '#lib/cutover/cutover.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { sqlstateOf } from '#lib/postgres/classify-error.ts';
import { quoteIdent, quoteLiteral } from '#lib/postgres/quote.ts';
import type { Session } from '#lib/postgres/session.ts';
import { listDatabases, oidOf } from './list-databases.ts';

/**
 * Drops what a swap has put beside the live database, by name: the name that people connect to is none of these, so a
 * rename that comes in between makes a drop fail and not hit. Whoever is still connected is ended. Safe to run twice.
 * @throws RefusedError where nothing has the live name, for then what was put aside may be all there is; where another
 *   database has one of the names; else pg's error.
 */
export async function dropDatabases(session: Session, details: DatabaseSwap): Promise<void> {
  const { live, liveOid, staging, stagingOid, before, rolledBack } = details;
  const databases = await listDatabases(session);
  const ours = [
    { name: staging, oid: stagingOid ?? oidOf(databases, staging), putAside: false },
    { name: before, oid: liveOid, putAside: true },
    { name: rolledBack, oid: stagingOid, putAside: true },
  ].filter(({ name }) => oidOf(databases, name) !== undefined);
  for (const { name, oid } of ours) {
    if (oidOf(databases, name) === oid) continue;
    throw new RefusedError(`Database ${name} is not the one that the run has made.`, {
      code: 'not_the_runs',
      hint: 'It was not dropped. Somebody has made or renamed it; drop it by hand if nobody needs it.',
    });
  }
  const [kept] = ours.filter(({ putAside }) => putAside);
  if (kept && oidOf(databases, live) === undefined) {
    throw new RefusedError(`Database ${kept.name} was not dropped: no database is called ${live} any more.`, {
      code: 'live_gone',
      hint: `It may be the last one with this content: alter database ${quoteIdent(kept.name)} rename to ${quoteIdent(live)};`,
    });
  }
  for (const { name } of ours) await dropDatabase(session, name);
}

/** Drops the database of that name, whoever is connected. Safe to run twice. */
export async function dropDatabase(session: Session, name: string): Promise<void> {
  const answer = await session.query<{ template: string }>(
    `select datistemplate as template from pg_catalog.pg_database where datname = ${quoteLiteral(name)}`,
  );
  try {
    if (answer.rows[0]?.template === 't') await session.query(`alter database ${quoteIdent(name)} is_template false`);
    await session.query(`drop database if exists ${quoteIdent(name)} with (force)`);
  } catch (cause) {
    // 3D000: another attempt was quicker.
    if (sqlstateOf(cause) !== '3D000') throw cause;
  }
}
