import { readFile } from 'node:fs/promises';
import { runSql } from '#tests/support/with-client.ts';

/** Makes the roles that the rich schema names; another test process may do the same at the same time. */
export async function createRichRoles(url: string): Promise<void> {
  const create = (role: string) =>
    `begin create role ${role}; exception when duplicate_object or unique_violation then null; end;`;
  await runSql(url, `do $$ begin ${create('schema_test_owner')} ${create('schema_test_reader')} end $$`);
}

/** Fills the database of `url` with the rich schema. */
export async function loadRichSchema(url: string): Promise<void> {
  await createRichRoles(url);
  await runSql(url, await readFile(new URL('./rich-schema.sql', import.meta.url), 'utf8'));
}
