import { quoteLiteral } from '#lib/postgres/quote.ts';
import type { Session } from '#lib/postgres/session.ts';
import type { LeftOut } from './catalog.ts';
import { holdfastSchema, userSchemasCondition } from './user-schemas.ts';

/** What is there but carries no rows in a backup, each with its reason. */
export async function readLeftOut(session: Session, excludeSchemas: readonly string[]): Promise<LeftOut[]> {
  const answer = await session.query<{ object: string; reason: string }>(`
    select case c.relkind when 'f' then 'foreign table ' else 'matview ' end
        || pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) as object,
      case c.relkind when 'f' then 'its rows live in another server' else 'it was not populated' end as reason
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where (c.relkind = 'f' or (c.relkind = 'm' and not c.relispopulated))
      and ${userSchemasCondition('n', excludeSchemas)}
    union all
    select 'subscription ' || pg_catalog.quote_ident(s.subname), 'a copy must not pull from the publisher of its source'
    from pg_catalog.pg_subscription s -- of all databases of the server
    where s.subdbid = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())
    union all
    select 'schema ' || pg_catalog.quote_ident(nspname), 'the name is reserved for what a restore remembers'
    from pg_catalog.pg_namespace where nspname = ${quoteLiteral(holdfastSchema)}
    union all
    select 'prepared transaction ' || p.gid, 'it is not committed' from pg_catalog.pg_prepared_xacts p
    where p.database = pg_catalog.current_database()
    order by 1`);
  const excluded = excludeSchemas.map((name) => ({ object: `schema ${name}`, reason: 'left out by excludeSchemas' }));
  return [...answer.rows, ...excluded];
}
