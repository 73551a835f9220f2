import { readEnvironment } from '#lib/config/environment.ts';
import { findUrlVariable } from '#lib/config/find-url-variable.ts';
import { loadConfig } from '#lib/config/load-config.ts';
import type { Cutover } from '#lib/cutover/cutover.ts';
import { readCutover } from '#lib/cutover/cutover-store.ts';
import { maskUrl } from '#lib/postgres/mask-url.ts';
import { locate, type Place } from '#lib/postgres/place.ts';
import type { Proof } from '#lib/proof/proof.ts';
import { readProof } from '#lib/proof/proof-store.ts';
import { type Differences, readDifferences } from '#lib/recovery/differences/differences.ts';
import type { Repository } from '#lib/repository/repository.ts';
import type { PlannedBackup } from '#lib/retention/plan-retention.ts';
import { readPrunePlan } from '#lib/retention/prune-store.ts';
import { listFamily } from '#lib/runs/children-store.ts';
import type { RunRecord, RunResult } from '#lib/runs/run-record.ts';
import { readResult, readRun } from '#lib/runs/run-store.ts';
import { undoneOutcome } from './outcome-schemas.ts';

/** A database that a run keeps beside the live one. */
export interface KeptPlace {
  place: Place;
  /** Its URL without the password; `null` where the connection is not known here. */
  url: string | null;
  /** How a person gets there, in one line. */
  connect: string;
  /** When the sweeper may take it away, ISO 8601; `null` while the run has not ended. */
  until: string | null;
}

/** A cut-over as it stands now, which may be later than the run's end. */
export interface CutoverView extends Cutover {
  /** The run that a person knows: the transfer whose restore made the cut-over. */
  knownAs: string;
  /** The copy that did not go live, or what was put aside; `null` where nothing is kept. */
  kept: KeptPlace | null;
}

/** What the repository holds of a run besides its result. */
export interface Evidence {
  /** The run's own proof, or that of the restore which is a part of it. */
  proof: Proof | null;
  /** What a recovery found; `null` for other runs. */
  differences: Differences | null;
  /** The cut-over that the run, or a part of it, made, took back or discarded. */
  cutover: CutoverView | null;
  /** What a prune has decided about each backup; `null` for other runs. */
  backups: PlannedBackup[] | null;
}

/** Reads it. @throws DamagedError where a record does not parse. */
export async function readEvidence(
  repository: Repository,
  { run, result }: { run: RunRecord; result: RunResult | undefined },
): Promise<Evidence> {
  const differences = (await readDifferences(repository, run.id)) ?? null;
  const backups = run.kind === 'prune' ? ((await readPrunePlan(repository, run.id)) ?? null) : null;
  if (run.kind === 'rollback' || run.kind === 'discard') {
    const subject = undoneOutcome.safeParse(result?.outcome).data?.subject;
    const cutover = subject === undefined ? undefined : await readCutover(repository, subject);
    return { proof: null, differences, cutover: cutover ? await viewCutover(repository, cutover) : null, backups };
  }
  const family = ['restore', 'transfer', 'drill'].includes(run.kind) ? await listFamily(repository, run.id) : [run.id];
  const proof = await firstOf(family, (id) => readProof(repository, id));
  const cutover = await firstOf(family, (id) => readCutover(repository, id));
  const viewed = cutover ? await viewCutover(repository, cutover) : null;
  return { proof: proof ?? null, differences, cutover: viewed, backups };
}

async function firstOf<T>(
  ids: readonly string[],
  read: (id: string) => Promise<T | undefined>,
): Promise<T | undefined> {
  for (const id of ids) {
    const found = await read(id);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function viewCutover(repository: Repository, cutover: Cutover): Promise<CutoverView> {
  const { config, connection } = await findTarget(cutover.target);
  const place =
    cutover.state === 'staged' && cutover.details.strategy !== 'in-place' ? cutover.staging : cutover.putAside;
  const knownAs = (await readRun(repository, cutover.run))?.parent ?? cutover.run;
  if (place === null) return { ...cutover, knownAs, kept: null };
  const endedAt = cutover.cutOverAt ?? (await readResult(repository, cutover.run))?.completedAt ?? null;
  const until =
    endedAt === null || config === undefined
      ? null
      : new Date(Date.parse(endedAt) + config.keepPreviousMs).toISOString();
  const url = connection ? maskUrl(locate(connection, place).url) : null;
  const variable = connection ? findUrlVariable(connection, readEnvironment()) : undefined;
  const connect = describeConnect(place, variable ?? `the URL of connection ${cutover.target}`);
  return { ...cutover, knownAs, kept: { place, url, connect, until } };
}

/** Of a run of another machine this one may know no connection. */
async function findTarget(target: string) {
  try {
    const config = await loadConfig();
    return { config, connection: config.connections.get(target) };
  } catch {
    // Who only looks at a run needs no config that loads; the verbs that need one say what is wrong with it.
    return { config: undefined, connection: undefined };
  }
}

function describeConnect({ database, host }: Place, url: string): string {
  const changes = [...(host === null ? [] : [`host ${host}`]), ...(database === null ? [] : [`database ${database}`])];
  const inPsql = host === null && database !== null ? `; in psql: \\connect ${JSON.stringify(database)}` : '';
  return `take ${url} with ${changes.join(' and ')}${inPsql}`;
}
