import type { Connection } from '#lib/config/config.ts';
import { CancelledError } from '#lib/errors/cancelled-error.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import type { Manifest } from '#lib/manifest/manifest.ts';
import { withSession } from '#lib/postgres/connect.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { readResult } from '#lib/runs/run-store.ts';
import { readSchemaEntries } from '#lib/schema/read-entries.ts';
import { describeContent } from './check-empty.ts';
import { createLedger } from './ledger.ts';
import { planRestore } from './plan-restore.ts';
import type { RestorePreflight } from './preflight-restore.ts';
import { writeRestorePlan, writeRestoreState } from './restore-state.ts';

/** What the workflow needs of a plan: how much each lane has to do. */
export interface RestoreShape {
  /** Chunks of each lane. */
  rows: number[];
  /** Groups of each lane, wave by wave. */
  waves: { name: string; lanes: number[] }[];
  leftOut: { object: string; reason: string }[];
}

/**
 * Plans the restore, keeps plan and state in the run's folder, and makes the ledger: the first change to the target.
 * Safe to run twice: the plan comes out the same, the state stays as the first attempt saw it.
 */
export async function prepareTarget(
  runId: string,
  options: {
    manifest: Manifest;
    target: Connection;
    preflight: Pick<RestorePreflight, 'before' | 'roles' | 'grantableRoles' | 'server'>;
    lanes: number;
    repository: Repository;
  },
): Promise<RestoreShape> {
  const { manifest, repository, preflight } = options;
  // An attempt that comes late, after the run has been undone and closed, must not claim the target again.
  if (await readResult(repository, runId)) {
    throw new CancelledError(`Run ${runId} has ended.`, { code: 'run_ended', hint: 'Start a new restore.' });
  }
  const entries = await readSchemaEntries(repository, manifest);
  const plan = planRestore({
    manifest,
    entries,
    lanes: options.lanes,
    roles: preflight.roles,
    grantableRoles: preflight.grantableRoles,
    superuser: preflight.server.superuser,
  });
  await writeRestorePlan(repository, runId, plan);
  await writeRestoreState(repository, runId, { before: preflight.before });
  await withSession(options.target, (session) =>
    createLedger(session, {
      runId,
      requireEmpty: async () => {
        const content = await describeContent(session, preflight.server);
        if (content === undefined) return;
        throw new RefusedError(`Connection ${options.target.name} is not empty: ${content}.`, {
          code: 'target_not_empty',
          hint: 'It was empty when the run began; look who else writes to it. Nothing of it was changed.',
        });
      },
    }),
  );
  return {
    rows: plan.rows.map((lane) => lane.length),
    waves: plan.waves.map(({ name, lanes }) => ({ name, lanes: lanes.map((groups) => groups.length) })),
    leftOut: plan.leftOut,
  };
}
