import { findConnection } from '#lib/config/find-connection.ts';
import { classifyError, sqlstateOf } from '#lib/postgres/classify-error.ts';
import { withSession } from '#lib/postgres/connect.ts';
import type { Check } from '#lib/report/check.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import type { Cutover } from './cutover.ts';
import { findCutover } from './find-cutover.ts';

/** What a rollback would do, and what it costs. */
export interface RollbackPreview {
  cutover: Cutover;
  checks: Check[];
  /** Bytes of WAL that the server has written since the cut-over, by all its databases; `null` where it does not tell. */
  walBytes: string | null;
}

/** Looks at a cut-over before it is taken back. Reads only: safe to run twice. @throws UsageError, RefusedError. */
export async function previewRollback(
  workspace: Workspace,
  { run, confirm }: { run: string; confirm?: string | undefined },
): Promise<RollbackPreview> {
  const cutover = await findCutover(workspace, run);
  const target = findConnection(workspace.config, cutover.target);
  const checks: Check[] = [
    checkState(cutover),
    {
      name: 'protection',
      object: `connection ${target.name}`,
      passed: !target.protected || confirm === target.name,
      detail: target.protected ? 'it is protected' : 'it is not protected',
      hint: `If the rollback is really meant: --yes-replace ${target.name}, or "confirm": "${target.name}" in the event.`,
    },
  ];
  return { cutover, checks, walBytes: await countWal(workspace, cutover) };
}

function checkState({ run, target, state, details }: Cutover): Check {
  const bringsBack = details.strategy !== 'in-place' || details.safetyBackup !== null;
  const problem =
    state === 'rolled-back'
      ? 'it has been rolled back already'
      : state === 'discarded'
        ? 'what it put aside has been discarded'
        : state !== 'live'
          ? 'it did not go live'
          : bringsBack
            ? undefined
            : `it restored into the empty target ${target}: there is nothing to come back to`;
  return {
    name: 'something to come back to',
    object: `run ${run}`,
    passed: problem === undefined,
    detail: problem ?? 'what it replaced is kept',
    hint: 'See `holdfast show RUN`; an older state comes back with `holdfast restore BACKUP --to NAME`.',
  };
}

async function countWal({ config }: Workspace, { target, cutOverLsn }: Cutover): Promise<string | null> {
  if (cutOverLsn === null) return null;
  try {
    return await withSession(findConnection(config, target), async (session) => {
      const answer = await session.query<{ bytes: string }>(
        'select pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_insert_lsn(), $1) as bytes',
        [cutOverLsn],
      );
      return answer.rows[0]?.bytes ?? null;
    });
  } catch (cause) {
    // 42501: a hosted service may keep the WAL position to itself; it is only told, nothing hangs on it.
    if (sqlstateOf(cause) === '42501') return null;
    throw classifyError(cause, `connection ${target}`);
  }
}
