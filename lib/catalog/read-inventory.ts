import type { Session } from '#lib/postgres/session.ts';
import type { InventoryItem } from './catalog.ts';
import { userSchemasCondition } from './user-schemas.ts';

/** Every index, constraint, policy, trigger, rule and row security switch of people's tables. */
export async function readInventory(session: Session, excludeSchemas: readonly string[]): Promise<InventoryItem[]> {
  const mine = userSchemasCondition('n', excludeSchemas);
  const table = `pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname)`;
  const joined = 'join pg_catalog.pg_class c on c.oid = x.rel join pg_catalog.pg_namespace n on n.oid = c.relnamespace';
  const answer = await session.query<{ type: InventoryItem['type']; object: string; valid: string; detail: string }>(`
    select 'index' as type, ${table} || ' ' || pg_catalog.quote_ident(x.name) as object, x.valid, x.detail
    from (select i.indrelid as rel, ic.relname as name, i.indisvalid as valid,
            case when i.indisprimary then 'primary' when i.indisunique then 'unique' else '' end as detail
          from pg_catalog.pg_index i join pg_catalog.pg_class ic on ic.oid = i.indexrelid) x ${joined} where ${mine}
    union all
    select 'constraint', ${table} || ' ' || pg_catalog.quote_ident(x.name), x.valid, x.detail
    from (select conrelid as rel, conname as name, convalidated as valid, contype::text as detail
          from pg_catalog.pg_constraint
          where contype <> 'n'        -- NOT NULL is a constraint only since PostgreSQL 18
            and conparentid = 0       -- copies that a partition gets from its parent
            and conrelid <> 0) x ${joined} where ${mine}
    union all
    select 'policy', ${table} || ' ' || pg_catalog.quote_ident(x.name), true, x.detail
    from (select polrelid as rel, polname as name, polcmd::text as detail from pg_catalog.pg_policy) x ${joined} where ${mine}
    union all
    select 'trigger', ${table} || ' ' || pg_catalog.quote_ident(x.name), true, x.detail
    from (select tgrelid as rel, tgname as name, tgenabled::text as detail from pg_catalog.pg_trigger
          where not tgisinternal      -- triggers behind foreign keys
            and tgparentid = 0) x ${joined} where ${mine}
    union all
    select 'rule', ${table} || ' ' || pg_catalog.quote_ident(x.name), true, ''
    from (select ev_class as rel, rulename as name from pg_catalog.pg_rewrite
          where rulename <> '_RETURN' -- the rule that makes a view a view
         ) x ${joined} where ${mine}
    union all
    select 'row security', ${table}, true, case when c.relforcerowsecurity then 'forced' else 'enabled' end
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relrowsecurity and ${mine}
    union all
    select 'event trigger', pg_catalog.quote_ident(evtname), true, evtenabled::text from pg_catalog.pg_event_trigger
    order by 1, 2`);
  return answer.rows.map((row) => ({ ...row, valid: row.valid === 't' }));
}
