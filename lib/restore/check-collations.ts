import type { Session } from '#lib/postgres/session.ts';
import type { Check } from '#lib/report/check.ts';
import type { SchemaEntry } from '#lib/schema/schema-entry.ts';

/** What can name a collation; bodies of functions are no business of a restore. */
const typesWithColumns = /^(TABLE|INDEX|TYPE|DOMAIN|VIEW|MATERIALIZED VIEW|CONSTRAINT|FOREIGN TABLE|STATISTICS)$/;

/** The collations of the operating system that a schema names, by their name in pg_catalog. Pure. */
export function listSystemCollations(entries: readonly SchemaEntry[]): string[] {
  const names = entries
    .filter(({ type }) => typesWithColumns.test(type))
    .flatMap(({ definition }) => [...definition.matchAll(/\bCOLLATE pg_catalog\.(?:"([^"]+)"|(\w+))/g)])
    .map(([, quoted, plain]) => quoted ?? plain ?? '');
  return [...new Set(names)].sort();
}

/** Whether the target's operating system brings the collations: another one, or a hosted service, may know fewer. */
export async function checkCollations(session: Session, entries: readonly SchemaEntry[]): Promise<Check[]> {
  const names = listSystemCollations(entries);
  if (names.length === 0) return [];
  const answer = await session.query<{ name: string }>(
    `select collname as name from pg_catalog.pg_collation
     where collnamespace = 'pg_catalog'::pg_catalog.regnamespace
       and collencoding in (-1, pg_catalog.pg_char_to_encoding(pg_catalog.getdatabaseencoding())) -- usable in this database
       and collname = any ($1)`,
    [names],
  );
  const there = new Set(answer.rows.map(({ name }) => name));
  return names.map((name): Check => {
    const passed = there.has(name);
    return {
      name: 'collation',
      object: `collation ${name}`,
      passed,
      detail: passed ? 'available' : 'columns or indexes use it, and the target server does not have it',
      hint: 'Change the columns in the source to a collation that every server has (C, or one of ICU), and back up again.',
    };
  });
}
