import type { Manifest } from '#lib/manifest/manifest.ts';
import { quoteLiteral, quoteQualified } from '#lib/postgres/quote.ts';
import type { Session } from '#lib/postgres/session.ts';

/**
 * Writes down for pg_dump that each materialized view needs the one before it. What a function reads PostgreSQL does not
 * know, so pg_restore with several jobs would refresh a matview that asks such a function at any time, also before the
 * one that it reads. Only a superuser may write to pg_depend: for others the archive is what pg_dump makes by itself.
 */
export async function noteRefreshOrder(session: Session, { matviews }: Pick<Manifest, 'matviews'>): Promise<void> {
  const populated = matviews.filter((matview) => matview.populated).map(quoteQualified);
  const pairs = populated.slice(1).map((later, index) => [later, populated[index] ?? later] as const);
  for (const [later, earlier] of pairs) {
    // deptype n: a normal dependency; a view hangs on what its rule hangs on (manual, "pg_depend").
    await session.query(`
      insert into pg_catalog.pg_depend (classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype)
      select 'pg_catalog.pg_rewrite'::pg_catalog.regclass, r.oid, 0,
        'pg_catalog.pg_class'::pg_catalog.regclass, ${quoteLiteral(earlier)}::pg_catalog.regclass, 0, 'n'
      from pg_catalog.pg_rewrite r where r.ev_class = ${quoteLiteral(later)}::pg_catalog.regclass`);
  }
}
