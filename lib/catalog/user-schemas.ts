import { quoteLiteral } from '#lib/postgres/quote.ts';

/** The schema that holds the restore ledger; never part of a backup. */
export const holdfastSchema = 'holdfast';

/** A condition on a `pg_namespace` alias: schemas of people, not of the system and not those left out by the config. */
export function userSchemasCondition(alias: string, excluded: readonly string[]): string {
  const names = ['information_schema', holdfastSchema, ...excluded].map(quoteLiteral).join(', ');
  // pg_* is reserved for the system (manual, "The System Catalog Schema"): catalogue, TOAST and temporary schemas.
  return `${alias}.nspname !~ '^pg_' and ${alias}.nspname not in (${names})`;
}
