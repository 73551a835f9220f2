import type { Manifest } from '#lib/manifest/manifest.ts';
import { quoteLiteral } from '#lib/postgres/quote.ts';

/** Fails before anything is made: a database that is not empty, or a server without an extension of the backup. */
export function checksSql(manifest: Manifest): string {
  return `${block(`
begin
  if exists (
    select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'
      and not exists (              -- what an extension brings is not a person's
        select from pg_catalog.pg_depend d
        where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')) then
    raise exception 'The database % is not empty', pg_catalog.current_database()
      using hint = 'Create an empty one: create database NAME template template0.';
  end if;
end`)}
${missing({
  names: manifest.extensions.map(({ name }) => name),
  where: 'not exists (select from pg_catalog.pg_available_extensions where name = r)',
  says: 'These extensions of the backup are not installed on this server: %',
  hint: 'Install their packages on the server.',
})}`;
}

const noSuchRole = 'not exists (select from pg_catalog.pg_roles where rolname = r)';

/** Fails where roles are missing, and names them. */
export function missingRolesSql(roles: readonly string[], hint: string): string {
  return missing({ names: roles, where: noSuchRole, says: 'These roles of the backup are missing here: %', hint });
}

/** Makes the roles that are missing, without login. */
export function createRolesSql(roles: readonly string[]): string {
  return `${block(`
declare missing text;
begin
  for missing in select r from pg_catalog.unnest(${textArray(roles)}) r where ${noSuchRole} loop
    execute pg_catalog.format('create role %I', missing);
  end loop;
end`)}\n`;
}

function missing(look: { names: readonly string[]; where: string; says: string; hint: string }): string {
  if (look.names.length === 0) return '';
  return `${block(`
declare missing text;
begin
  select pg_catalog.string_agg(pg_catalog.quote_ident(r), ', ') into missing
  from pg_catalog.unnest(${textArray(look.names)}) r
  where ${look.where};
  if missing is not null then
    raise exception ${quoteLiteral(look.says)}, missing using hint = ${quoteLiteral(look.hint)};
  end if;
end`)}\n`;
}

function block(body: string): string {
  return `do language plpgsql ${quoteLiteral(body)};`;
}

function textArray(names: readonly string[]): string {
  return `array[${names.map(quoteLiteral).join(', ')}]::text[]`;
}
