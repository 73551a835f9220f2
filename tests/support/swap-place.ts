import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { findConnection } from '#lib/config/find-connection.ts';
import { resolveConfig } from '#lib/config/resolve-config.ts';
import type { DatabaseSwap } from '#lib/cutover/cutover.ts';
import { databaseSwap } from '#lib/cutover/database-swap/database-swap.ts';
import { planCutover } from '#lib/cutover/plan-cutover.ts';
import { readTargetFacts } from '#lib/cutover/read-target-facts.ts';
import type { CutoverOf } from '#lib/cutover/strategy.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import { deriveRunId } from '#lib/runs/run-id.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { urlOfDatabase } from './test-database.ts';
import { runSql } from './with-client.ts';

export type SwapCutover = CutoverOf<DatabaseSwap>;

/** A live database with content `old` on a real server, and the plan of a run that is to swap it. */
export interface SwapPlace extends AsyncDisposable {
  workspace: Workspace;
  live: string;
  /** Superuser URL of a database. */
  urlOf(database: string): string;
  /** Another run's plan for the same target, made from what the server says now. */
  plan(): Promise<SwapCutover>;
  /** `prepare`, then content in the staging database, as a restore would leave it; `new` where none is named. */
  stage(cutover: SwapCutover, content?: string): Promise<SwapCutover>;
  /** Names of the databases that belong to the place, sorted. */
  databases(): Promise<string[]>;
  /** What the database of that name holds: `old`, `new`, or what else a test has put there. */
  content(database: string): Promise<string>;
}

const rowsOfContent = 1000;

/**
 * A swap's place on the server of `url` (a superuser's). `as` is the URL of the role that swaps, who owns the database
 * then; without it the superuser does both.
 */
export async function openSwapPlace(url: string, options: { live?: string; as?: string } = {}): Promise<SwapPlace> {
  const live = options.live ?? `swap_${randomBytes(5).toString('hex')}`;
  const urlOf = (database: string): string => urlOfDatabase(url, { database });
  const own = new URL(options.as ?? url);
  const quoted = pg.escapeIdentifier(live);
  await runSql(
    url,
    `create database ${quoted} template template0 owner ${pg.escapeIdentifier(decodeURIComponent(own.username))}`,
  );
  own.pathname = `/${encodeURIComponent(live)}`;
  await fill(own.href, 'old');
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-swap-'));
  const location = `file:${join(folder, 'repository')}`;
  const workspace: Workspace = {
    config: resolveConfig({}, { DATABASE_URL: own.href, HOLDFAST_REPOSITORY: location }),
    repository: await openRepository({ location, access: 'write' }),
  };
  const runs: string[] = [];

  const databases = async (): Promise<string[]> => {
    const rows = await runSql(url, 'select datname from pg_database');
    const names = rows.map(({ datname }) => datname ?? '');
    return names.filter((name) => name === live || runs.some((run) => name.endsWith(run))).sort();
  };
  return {
    workspace,
    live,
    urlOf,
    databases,
    async plan() {
      const runId = deriveRunId(Date.now(), randomBytes(8).toString('hex'));
      runs.push(runId);
      const facts = await readTargetFacts(findConnection(workspace.config, 'production'));
      const { cutover, checks } = planCutover({
        ...{ runId, target: 'production', requested: 'database-swap', replace: false, hasNeon: false },
        ...{ neon: undefined, facts },
      });
      const failed = checks.filter(({ passed }) => !passed);
      if (failed.length > 0 || cutover?.details.strategy !== 'database-swap') throw new Error(JSON.stringify(failed));
      return { ...cutover, details: cutover.details };
    },
    async stage(cutover, content = 'new') {
      const { details, staging } = await databaseSwap.prepare(workspace, cutover);
      const there = new URL(own);
      there.pathname = `/${encodeURIComponent(details.staging)}`;
      await fill(there.href, content);
      return { ...cutover, details, staging, state: 'staged' };
    },
    async content(database) {
      return run(urlOf(database), contentSql);
    },
    async [Symbol.asyncDispose]() {
      for (const name of await databases()) {
        const database = pg.escapeIdentifier(name);
        await runSql(url, `alter database ${database} is_template false`);
        await runSql(url, `drop database ${database} with (force)`);
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** One row: the version that all rows have; anything that is not whole reads otherwise. */
export const contentSql = `select case when count(*) = ${rowsOfContent} and min(version) = max(version)
  then min(version) else 'torn' end as content from public.content`;

/** What a client needs to reach the database of a URL; pg decodes no `%2F` in a database's name, so it gets the parts. */
export function partsOf(url: string): pg.ClientConfig {
  const { hostname: host, port, username, password, pathname } = new URL(url);
  const [user, database] = [username, pathname.slice(1)].map(decodeURIComponent);
  return { host, port: Number(port), user, password: decodeURIComponent(password), database };
}

async function fill(url: string, version: string): Promise<void> {
  await run(
    url,
    `create table public.content (n integer primary key, version text not null);
    insert into public.content select n, '${version}' from generate_series(1, ${rowsOfContent}) n;
    grant select on public.content to public`,
  );
}

async function run(url: string, sql: string): Promise<string> {
  const client = new pg.Client(partsOf(url));
  await client.connect();
  try {
    const answer = await client.query<{ content: string }>(sql);
    return Array.isArray(answer) ? '' : (answer.rows[0]?.content ?? '');
  } finally {
    await client.end();
  }
}
