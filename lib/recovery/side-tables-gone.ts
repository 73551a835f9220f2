import { DatabaseError } from '#lib/errors/database-error.ts';
import { quoteQualified } from '#lib/postgres/quote.ts';

/** As many as a message names. */
const mostNamed = 5;

/** The code of an error that takes the whole recovery with it: there is nothing left that was proven. */
export const sideTablesGoneCode = 'side_tables_gone';

/** Says which tables of a side schema somebody has taken away before the recovery was done. */
export function sideTablesGone(schema: string, gone: readonly string[]): DatabaseError {
  const named = gone.slice(0, mostNamed).map((name) => quoteQualified({ schema, name }));
  const more = gone.length > mostNamed ? ` and ${gone.length - mostNamed} more` : '';
  return new DatabaseError(`Recovered tables are gone before the recovery was done: ${named.join(', ')}${more}.`, {
    code: sideTablesGoneCode,
    hint: 'Somebody else has dropped, moved or renamed them; what is left of the run is dropped. Recover the tables once more.',
  });
}
