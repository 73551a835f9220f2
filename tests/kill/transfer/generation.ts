import { runSql } from '#tests/support/with-client.ts';

/** The tables that carry a generation and always hold rows. */
const tables = ['players', 'sessions', '"Bilder"', 'events', 'keyless', 'accounts'];

/** The role that the application reads with; it owns nothing. */
export const reader = { name: 'reader', password: 'reader-of-the-tests' };

/**
 * Gives every row of a database the number `generation`, and what the reader reads its rights. The default of a new
 * column is the number, so that no row is written anew and yet each of them reads and copies differently.
 */
export async function setGeneration(url: string, generation: number): Promise<void> {
  const numbered = [...tables, 'transfers'].map(
    (table) => `alter table ${table} drop column if exists generation;
      alter table ${table} add column generation integer not null default ${generation};
      create index on ${table} (generation);`,
  );
  await runSql(
    url,
    `begin;
    set local client_min_messages = warning;
    drop materialized view if exists generations;
    ${numbered.join('\n')}
    create materialized view generations as
      select min(generation) as low, max(generation) as high, count(*) as sessions from sessions;
    grant select on all tables in schema public to ${reader.name};
    grant insert on keyless to ${reader.name};
    commit`,
  );
}

/** What one look at a database says: `generations` of every table, lowest and highest, and how much there is else. */
export interface Sight {
  /** Each different one that some table or view shows. */
  generations: number[];
  /** Tables, indexes, sequences and views. */
  relations: number;
  /** Holdfast's own schema is there. */
  ledger: boolean;
}

/** Answers a `Sight` as JSON, from one snapshot and within a millisecond or two. */
export const sightSql = `select json_build_object(
  'generations', (select json_agg(distinct generation) from (values
    ${[...tables.map((table) => `((select min(generation) from ${table})), ((select max(generation) from ${table}))`), '((select low from generations)), ((select high from generations))'].join(',\n    ')}
    ) v(generation)),
  'relations', (select count(*) from pg_catalog.pg_class where relnamespace = 'public'::regnamespace),
  'ledger', to_regnamespace('holdfast') is not null)::text as sight`;
