import { z } from 'zod';
import type { Config, Connection } from '#lib/config/config.ts';
import { createBranch } from '#lib/neon/create-branch.ts';
import { deleteBranch } from '#lib/neon/delete-branch.ts';
import { findHome } from '#lib/neon/find-home.ts';
import { listBranches } from '#lib/neon/list-branches.ts';
import { openNeonApi } from '#lib/neon/neon-api.ts';
import { waitUntilSettled } from '#lib/neon/wait-for-operations.ts';
import { classifyError, sqlstateOf } from '#lib/postgres/classify-error.ts';
import { withSession } from '#lib/postgres/connect.ts';
import type { Place } from '#lib/postgres/place.ts';
import { keepSomething, letGo } from '#lib/runs/kept-store.ts';
import { runFolder } from '#lib/runs/run-id.ts';
import { readResult } from '#lib/runs/run-store.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';

/** `runs/<run>/snapshot-branch.json`: written before the branch is made. */
const snapshotBranchSchema = z.strictObject({
  project: z.string(),
  parent: z.string(),
  name: z.string(),
  /** Asked of the source before the branch was made: what was committed before this moment is in the branch. */
  takenAt: z.string(),
  /** The source's WAL position at that moment; `null` where it does not tell. */
  lsn: z.string().nullable(),
});
type SnapshotBranchRecord = z.infer<typeof snapshotBranchSchema>;

/** A branch that nobody writes to: the snapshot of a source on Neon, for any number of processes. */
export interface SnapshotBranch extends Pick<SnapshotBranchRecord, 'name' | 'takenAt' | 'lsn'> {
  /** Where the branch is read. */
  place: Place;
}

/** Whether backups of the connection read from a branch: its project is known, and there is a key for the API. */
export function readsFromBranch({ neonApi }: Pick<Config, 'neonApi'>, { neon }: Connection): boolean {
  return neon !== null && neonApi.key !== null;
}

/**
 * Makes an ephemeral branch of what the connection holds now. `null` where the source's branch is protected: Neon gives
 * its children other passwords, and the backup reads from a session's snapshot. Safe to run twice: the branch has the
 * run's name. @throws RefusedError (key, project, limits), UnavailableError, RefusedError where the run has ended.
 */
export async function takeSnapshotBranch(
  workspace: Workspace,
  { run, connection }: { run: string; connection: Connection },
): Promise<SnapshotBranch | null> {
  const { repository } = workspace;
  const api = openNeonApi(workspace.config);
  const { project, branch: parent } = await findHome(api, connection);
  if (parent.protected) return null;
  await keepSomething(repository, { run, what: 'snapshot-branch' });
  const planned = { project, parent: parent.id, name: `holdfast-snapshot-${run}`, ...(await readMoment(connection)) };
  // The first record stays: the branch of an earlier attempt holds nothing newer than its moment promises.
  const written = await repository.putJson(recordKey(run), planned, { ifAbsent: true });
  const record = written === 'created' ? planned : ((await readRecord(workspace, run)) ?? planned);
  const { host } = await createBranch(api, record);
  if (await readResult(repository, run)) {
    // An attempt that comes late, after the run was closed: nobody else would take the branch away.
    await keepSomething(repository, { run, what: 'snapshot-branch' });
    await releaseSnapshotBranch(workspace, run);
  }
  const { name, takenAt, lsn } = record;
  return { name, takenAt, lsn, place: { database: null, host } };
}

/**
 * Deletes the snapshot branch of a run, where it has one. Safe to run twice: the branch is looked for by its name.
 * @throws RefusedError (no key any more, the branch has children), UnavailableError.
 */
export async function releaseSnapshotBranch(workspace: Workspace, run: string): Promise<void> {
  const record = await readRecord(workspace, run);
  if (record !== undefined) {
    const { project, name } = record;
    const api = openNeonApi(workspace.config);
    const branch = (await listBranches(api, project)).find((one) => one.name === name);
    if (branch) {
      await waitUntilSettled(api, project, [branch.id]);
      await deleteBranch(api, { project, branch: branch.id });
    }
  }
  await letGo(workspace.repository, { run, what: 'snapshot-branch' });
}

async function readMoment(connection: Connection): Promise<Pick<SnapshotBranchRecord, 'takenAt' | 'lsn'>> {
  try {
    return await withSession(connection, async (session) => {
      const moment = await session.query<{ taken_at: string }>(
        `select pg_catalog.to_json(pg_catalog.statement_timestamp()) #>> '{}' as taken_at`,
      );
      const position = await session
        .query<{ lsn: string }>('select pg_catalog.pg_current_wal_lsn() as lsn')
        .catch((cause: unknown) => {
          // 42501: a host may keep the position to itself; 55000: a standby has none of its own. It is only told.
          if (['42501', '55000'].includes(sqlstateOf(cause) ?? '')) return undefined;
          throw cause;
        });
      return { takenAt: moment.rows[0]?.taken_at ?? '', lsn: position?.rows[0]?.lsn ?? null };
    });
  } catch (cause) {
    throw classifyError(cause, `connection ${connection.name}`);
  }
}

async function readRecord({ repository }: Workspace, run: string): Promise<SnapshotBranchRecord | undefined> {
  return repository.getJson(recordKey(run), snapshotBranchSchema);
}

function recordKey(run: string): string {
  return `${runFolder(run)}snapshot-branch.json`;
}
