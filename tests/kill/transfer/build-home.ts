import { buildSource } from '#tests/kill/build-source.ts';
import { runSql } from '#tests/support/with-client.ts';
import { reader, setGeneration } from './generation.ts';
import { type Login, loginAs } from './login-as.ts';

/** Owns the databases and is who Holdfast is: no superuser, but one that may make databases and end sessions. */
export const keeper: Login = { name: 'keeper', password: 'keeper-of-the-tests' };

/** A quarter of the other campaign's database: a transfer of it takes some seconds. */
const usualScale = 0.25;

/** Makes the roles of a campaign on a server. `url` is a superuser's. */
export async function createRoles(url: string): Promise<void> {
  await runSql(
    url,
    `create role ${keeper.name} login createdb createrole password '${keeper.password}';
    grant pg_signal_backend to ${keeper.name};
    create role ${reader.name} login password '${reader.password}';
    grant ${reader.name} to ${keeper.name} with admin option`,
  );
}

/** Makes a database of one generation that belongs to the keeper. `url` is a superuser's of the server. */
export async function buildHome(
  url: string,
  { database, generation, scale = usualScale }: { database: string; generation: number; scale?: number | undefined },
): Promise<void> {
  await runSql(url, `create database ${database} template template0 owner ${keeper.name}`);
  const home = loginAs(url, { ...keeper, database });
  await buildSource(home, { scale });
  await setGeneration(home, generation);
}

/** Gives a database what belongs to it and not to its content: every cut-over has to bring it along. */
export async function dressHome(url: string, database: string): Promise<void> {
  await runSql(
    url,
    `alter database ${database} set work_mem = '7MB';
    alter role ${reader.name} in database ${database} set statement_timeout = '20s';
    alter database ${database} connection limit 177;
    comment on database ${database} is 'what everybody uses';
    revoke connect on database ${database} from public;
    grant connect on database ${database} to ${reader.name}`,
  );
}
