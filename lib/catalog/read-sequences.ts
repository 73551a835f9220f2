import { quoteLiteral, quoteQualified } from '#lib/postgres/quote.ts';
import type { Session } from '#lib/postgres/session.ts';
import type { SequenceState } from './catalog.ts';
import { userSchemasCondition } from './user-schemas.ts';

const batch = 200;

/** The state of every sequence, identity and serial ones included. */
export async function readSequences(session: Session, excludeSchemas: readonly string[]): Promise<SequenceState[]> {
  const names = await session.query<{ schema: string; name: string }>(`
    select n.nspname as schema, c.relname as name
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'S'
      and c.relpersistence <> 't'   -- temporary sequences belong to a session
      and ${userSchemasCondition('n', excludeSchemas)}
      and not exists (              -- members of an extension, unless it declares them as configuration
        select from pg_catalog.pg_depend d join pg_catalog.pg_extension x on x.oid = d.refobjid
        where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
          and not c.oid = any (coalesce(x.extconfig, '{}')))
    order by 1, 2`);
  const states: SequenceState[] = [];
  for (let start = 0; start < names.rows.length; start += batch) {
    const statements = names.rows
      .slice(start, start + batch)
      .map(
        (sequence) =>
          `select ${quoteLiteral(sequence.schema)} as schema, ${quoteLiteral(sequence.name)} as name, last_value::text as last_value, is_called from ${quoteQualified(sequence)}`,
      );
    const answer = await session.query<Record<string, string>>(statements.join(' union all '));
    for (const row of answer.rows) {
      states.push({
        schema: row['schema'] ?? '',
        name: row['name'] ?? '',
        lastValue: row['last_value'] ?? '',
        isCalled: row['is_called'] === 't',
      });
    }
  }
  return states;
}
