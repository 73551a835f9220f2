import type { RunRecord } from '#lib/runs/run-record.ts';

/** `Restore of 20261121T... to neon`. */
export function describeRun({ run }: { run: Pick<RunRecord, 'kind' | 'connection' | 'target' | 'backup'> }): string {
  switch (run.kind) {
    case 'backup':
      return `Backup of ${run.connection}`;
    case 'restore':
      return `Restore of ${run.backup} to ${run.target}`;
    case 'recover':
      return `Recovery of tables of ${run.backup} to ${run.target}`;
    case 'transfer':
      return `Transfer of ${run.connection} to ${run.target}`;
    case 'drill':
      return `Drill of ${run.backup} of ${run.connection}`;
    case 'prune':
      return run.connection === null ? 'Prune' : `Prune of ${run.connection}`;
    case 'rollback':
      return run.target === null ? 'Rollback' : `Rollback of ${run.target}`;
    case 'discard':
      return run.target === null ? 'Discard' : `Discard of what is kept beside ${run.target}`;
    case 'sweep':
      return 'Sweep';
    case 'verify':
      return `Verification of ${run.backup}`;
  }
}
