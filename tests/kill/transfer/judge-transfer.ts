import { readdir } from 'node:fs/promises';
import { checkSessions, compareFacts, readFacts } from '#tests/kill/check-copy.ts';
import { checkRepository } from '#tests/kill/check-repository.ts';
import { runSql } from '#tests/support/with-client.ts';
import type { Standing, TransferTarget } from './transfer-target.ts';

/** Everything of a database that a cut-over must not lose: its content, and what belongs to it and not to its content. */
export interface Remembered {
  facts: ReadonlyMap<string, string>;
  belongings: string;
}

/** What a run has to leave. */
export interface ExpectedStanding {
  standing: Standing;
  /** The restore whose id is in the names of what lies beside the target. */
  restore: string;
  /** What is served; of content that is judged elsewhere only the belongings. */
  serves: Pick<Remembered, 'belongings'> & Partial<Remembered>;
  /** What was put aside, where something was. */
  aside: Remembered | undefined;
  /** Marks in the repository of what runs keep outside of it. */
  kept: readonly string[];
  fenced: boolean;
  /** An object of the repository was damaged on purpose. */
  damaged: boolean;
}

export interface JudgedPlace {
  target: TransferTarget;
  /** Superuser URL of the source. */
  source: string;
  repository: string;
  state: string;
}

/** Takes in what a database holds. `url` is a superuser's. */
export async function remember(url: string): Promise<Remembered> {
  return { facts: await readFacts(url), belongings: await readBelongings(url) };
}

/** What is wrong with both sides and with the repository after a run, one line each. */
export async function judgeStanding(place: JudgedPlace, expected: ExpectedStanding): Promise<string[]> {
  const { target, repository, state, source } = place;
  const { standing, restore, serves, aside, damaged } = expected;
  const beside = await target.judgeBeside(restore, standing);
  const belongings = await readBelongings(target.liveUrl());
  const served = serves.facts ? compareFacts(serves.facts, await readFacts(target.liveUrl())) : [];
  const put = aside ? await compareAside(place, { restore, standing, aside }) : [];
  const { wrong } = await checkRepository(repository, new Set());
  const kept = await readdir(`${repository}/kept`).catch(() => []);
  const left = await readdir(state).catch(() => []);
  const fenced = await isFenced(source);
  const servers = [source, ...target.serverUrls()];
  return [
    ...beside,
    ...(belongings === serves.belongings ? [] : [`the database has ${belongings} instead of ${serves.belongings}`]),
    ...served.map((line) => `${standing}: the target does not serve what it should: ${line}`),
    ...put.map((line) => `${standing}: what was put aside is not what was served: ${line}`),
    ...(kept.sort().join() === [...expected.kept].sort().join()
      ? []
      : [`kept/ holds ${list(kept)} instead of ${list(expected.kept)}`]),
    ...(left.length === 0 ? [] : [`the state folder holds ${list(left)}`]),
    ...(fenced === expected.fenced ? [] : [`the source is ${fenced ? '' : 'not '}read-only`]),
    ...wrong.filter((line) => !damaged || !line.includes('does not hold what its name says')),
    ...(await Promise.all(servers.map((url) => checkSessions(url)))).flat(),
  ];
}

async function compareAside(
  { target }: JudgedPlace,
  { restore, standing, aside }: Pick<ExpectedStanding, 'restore' | 'standing'> & { aside: Remembered },
): Promise<string[]> {
  if (standing !== 'live' && standing !== 'rolled-back') return [];
  try {
    return compareFacts(aside.facts, await readFacts(target.asideUrl(restore, standing)));
  } catch (cause) {
    return [String(cause)];
  }
}

async function readBelongings(url: string): Promise<string> {
  const [row] = await runSql(
    url,
    `select concat_ws('; ', pg_get_userbyid(datdba), datconnlimit, datacl::text, shobj_description(oid, 'pg_database'),
        (select string_agg(concat(r.rolname, setconfig), ', ' order by r.rolname nulls first)
          from pg_db_role_setting s left join pg_roles r on r.oid = s.setrole where s.setdatabase = d.oid)) as all
      from pg_database d where datname = current_database()`,
  );
  return row?.['all'] ?? '';
}

async function isFenced(url: string): Promise<boolean> {
  const [row] = await runSql(url, 'show default_transaction_read_only');
  return row?.['default_transaction_read_only'] === 'on';
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.join(', ');
}
