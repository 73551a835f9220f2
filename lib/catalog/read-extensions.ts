import type { Session } from '#lib/postgres/session.ts';
import type { ExtensionInfo } from './catalog.ts';

/** Extensions of the database. plpgsql is in every database already and is not listed. */
export async function readExtensions(session: Session): Promise<ExtensionInfo[]> {
  const answer = await session.query<{ name: string; version: string; schema: string }>(`
    select x.extname as name, x.extversion as version, n.nspname as schema
    from pg_catalog.pg_extension x join pg_catalog.pg_namespace n on n.oid = x.extnamespace
    where x.extname <> 'plpgsql' order by 1`);
  return answer.rows;
}
